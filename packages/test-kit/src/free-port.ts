import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST_PORT = 20_000;
const PORTS_PER_WORKER = 750;
const WORKERS = 16;

let next = Math.floor(Math.random() * PORTS_PER_WORKER);

/**
 * Finds a port on which a process can be made to listen. Each worker of Jest has a separate range, below the ports that
 * the system gives to connections (from 32768 on Linux): a port chosen by the system could be taken again before the
 * process listens.
 */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS;
  for (let tries = 0; tries < PORTS_PER_WORKER; tries++) {
    next = (next + 1) % PORTS_PER_WORKER;
    const port = FIRST_PORT + worker * PORTS_PER_WORKER + next;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port is free in the range of worker ${worker}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
