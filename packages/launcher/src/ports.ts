import { Failure, codeOf } from '@provisioning/errors';
import { freePort } from '@provisioning/embedded';
import { createServer } from 'node:net';

/** A requested port, and the variable that changes it. */
export interface WantedPort {
  variable: string;
  host: string;
  port: number;
}

/**
 * Returns the ports to use: 0 becomes a free one, any other must be free.
 * @throws Failure `conflict` naming the port and the variable.
 */
export async function settlePorts(wanted: WantedPort[]): Promise<number[]> {
  const settled: number[] = [];
  for (const { variable, host, port } of wanted) {
    const other = wanted.find((one) => one.variable !== variable && one.port === port && port !== 0);
    if (other !== undefined)
      throw new Failure(
        'invalid',
        `${variable} and ${other.variable} must be different ports, but both are ${port}. Change one of them.`,
      );
    if (port !== 0) await checkFree(host, variable, port);
    settled.push(port === 0 ? await unlike(settled, host) : port);
  }
  return settled;
}

async function unlike(taken: number[], host: string): Promise<number> {
  for (;;) {
    const port = await freePort(host);
    if (!taken.includes(port)) return port;
  }
}

async function checkFree(host: string, variable: string, port: number): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch (cause) {
    const code = codeOf(cause);
    throw new Failure('conflict', sentence(code, host, variable, port), { cause });
  }
}

function sentence(code: string | undefined, host: string, variable: string, port: number): string {
  if (code === 'EADDRINUSE') {
    const another = port === 65_535 ? port - 1 : port + 1;
    return `Port ${port} on ${host} is used by another program. Choose another one with ${variable}=${another}, or 0 for any that is free.`;
  }
  if (code === 'EACCES')
    return `This user may not open port ${port}. Choose one above 1023 with ${variable}=<port>.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST=${host} is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for all of them.`;
  return `Port ${port} on ${host} cannot be opened (${code ?? 'unknown reason'}). Choose another one with ${variable}=<port>.`;
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
