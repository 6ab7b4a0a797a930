import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * Returns a TCP port that is free on `host` now. Another process may take it first, so callers must be ready to retry.
 */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
