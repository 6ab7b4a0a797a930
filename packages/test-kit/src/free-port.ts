import { freePort as freePortIn } from '@provisioning/embedded';

const FIRST_PORT = 20_000;
const PORTS_PER_WORKER = 750;
const WORKERS = 16;

/** Finds a port on which a process can be made to listen. Each worker of Jest has a separate range. */
export function freePort(): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS;
  return freePortIn('0.0.0.0', { first: FIRST_PORT + worker * PORTS_PER_WORKER, count: PORTS_PER_WORKER });
}
