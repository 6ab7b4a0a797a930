import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP port that is free on `host` right now. Somebody else may take it before it is used: be ready to ask again. */
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
