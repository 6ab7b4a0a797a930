import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry of its own per process (and per test), with the default Node.js metrics. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
