import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder, waitFor } from '@provisioning/test-kit';
import { Witness } from '../witness/witness.js';
import { guard } from './guard.js';
import type { Member } from './member.js';
import { StormPostgres } from './postgres.js';
import { processesOf, signalOurs } from './processes.js';
import { StormRedis } from './redis.js';

/** The common base of every system under the storm. */
export interface Ground {
  folder: string;
  witness: Witness;
  postgres: StormPostgres;
  redis: StormRedis | undefined;
  /**
   * Ends the members, then the databases, and removes the folder.
   * @returns what did not end with them.
   */
  clear(members: readonly Member[]): Promise<string[]>;
}

const LAST_WORDS_MS = 5_000;

export async function prepareGround(withRedis: boolean): Promise<Ground> {
  const home = await temporaryFolder('chaos');
  const watch = guard(home.path);
  const witnessFolder = join(home.path, 'witness');
  for (const part of ['witness', 'redis']) mkdirSync(join(home.path, part));
  const postgres = await StormPostgres.start(join(home.path, 'postgres'));
  const redis = withRedis ? await StormRedis.start(join(home.path, 'redis')) : undefined;
  return {
    folder: home.path,
    witness: new Witness(witnessFolder),
    postgres,
    redis,
    clear: async (members) => {
      await Promise.all(members.map((member) => member.stop()));
      const left = await leftOf(home.path);
      await redis?.stop();
      await postgres.stop();
      await watch.release();
      await home.remove();
      return left;
    },
  };
}

/** Starts all and waits until each has reported its address. */
export async function startAll(members: readonly Member[]): Promise<void> {
  for (const member of members) member.start();
  await waitFor(() => members.every(({ url }) => url !== undefined), {
    timeout: 60_000,
    what: `the start of ${members.map(({ name }) => name).join(', ')}`,
  });
}

async function leftOf(folder: string): Promise<string[]> {
  const until = Date.now() + LAST_WORDS_MS;
  while (processesOf(folder).length > 0 && Date.now() < until) await sleep(100);
  return processesOf(folder).map(({ pid, command }) => {
    signalOurs(folder, pid, 'SIGKILL');
    return `process ${pid} outlives the stop: ${command}`;
  });
}
