import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports among which a free one is looked for. */
export interface PortRange {
  first: number;
  count: number;
}

/**
 * Below the ports that the system gives to connections (from 32768 on Linux): a port chosen by the system could be taken
 * again before the process listens. The ports from 20000 are left to the tests.
 */
const PORTS: PortRange = { first: 10_000, count: 10_000 };

let offset = Math.floor(Math.random() * PORTS.count);

/**
 * Finds a port that is free on `host` now. Another process may take it first, so callers must be ready to retry.
 * Consecutive calls return different ports.
 * @throws if no port of the range is free
 */
export async function freePort(host = '127.0.0.1', { first, count }: PortRange = PORTS): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    offset = (offset + 1) % count;
    const port = first + offset;
    if (await isFree(port, host)) return port;
  }
  throw new Error(`No port from ${first} to ${first + count - 1} is free on ${host}.`);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
