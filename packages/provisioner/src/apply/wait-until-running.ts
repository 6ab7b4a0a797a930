import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError, type Driver } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import { Interrupted } from './interrupted.js';

const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 10 * 60_000;

/** Polls the servers until all of them run. @throws DriverError after ten minutes, or if one no longer exists */
export async function waitUntilRunning(
  servers: readonly Server[],
  driverOf: (server: Server) => Pick<Driver, 'resources'>,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (const server of servers) {
    let now: Server | null = server;
    while (now?.state !== 'running') {
      if (now?.state === 'error') {
        throw new DriverError(
          `Server ${server.name} is in state error. Check it at the provider, or delete it and create it again.`,
          { permanent: true },
        );
      }
      if (Date.now() > deadline) {
        throw new DriverError(
          `Server ${server.name} is still ${now?.state} after ten minutes. Check the server at the provider.`,
        );
      }
      await pause(signal);
      now = await driverOf(server).resources.server.read(server.infra, server.name);
      if (!now)
        throw new DriverError(
          `Server ${server.name} was destroyed by another process while it started. Run the command again.`,
        );
    }
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(INTERVAL_MS, undefined, signal ? { signal } : {});
  } catch {
    throw new Interrupted();
  }
}
