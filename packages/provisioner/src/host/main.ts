import { messageOf } from '@provisioning/errors';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DriverSet } from '../drivers/index.js';
import { readHostConfig } from './config.js';
import { DriverHost } from './driver-host.js';

// How long started acts may take after the executor is gone: its next attempt may start soon.
const GRACE_MS = 2_000;

/** Runs the process of the driver host. @returns its exit status */
export async function main(env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { socketPath, nickelProgram, ...options } = readHostConfig(env);
    const socket = await connect(socketPath);
    // The executor decides when to stop. On a signal from anyone else, the host closes the connection and stops as well.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => socket.destroy());
    const host = new DriverHost(socket, await DriverSet.open(options), {
      workspace: options.workspace,
      nickelProgram,
    });
    const fault = await host.serve();
    await Promise.race([host.stop(), sleep(GRACE_MS)]);
    if (!fault) return 0;
    throw new Error(`The connection was ended: ${fault.message}.`);
  } catch (error) {
    process.stderr.write(`The driver host: ${messageOf(error)}\n`);
    return 1;
  }
}

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`no process listens on the socket in DRIVER_HOST_SOCKET (${error.code}).`)),
    );
  });
}
