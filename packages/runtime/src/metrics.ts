import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Gauges whose names end like those of counters, which Prometheus' linter refuses. They are sums whose names must stay. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** A separate registry per process (and per test), with the default Node.js metrics. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/** The current state of a pool of database connections. */
export interface PoolState {
  used: number;
  idle: number;
  /** Callers that wait for a connection. */
  waiting: number;
}

/** Pools by name; the names are few and fixed, as labels must be. */
export function poolMetrics(registry: Registry, pools: Readonly<Record<string, () => PoolState>>): void {
  new Gauge({
    name: 'postgres_pool_connections',
    help: 'Connections to Postgres that are in use or idle, and callers that wait for one',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, stateOf] of Object.entries(pools)) {
        for (const [state, count] of Object.entries(stateOf())) this.set({ pool, state }, count);
      }
    },
  });
}

/** Whether the process is connected to Redis; absent if none is configured. */
export function redisMetrics(registry: Registry, redis: { status: string }): void {
  new Gauge({
    name: 'redis_up',
    help: 'Whether Redis is connected',
    registers: [registry],
    collect() {
      this.set(redis.status === 'ready' ? 1 : 0);
    },
  });
}
