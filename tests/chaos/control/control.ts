import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@provisioning/test-kit';
import { prepareGround, startAll } from '../system/ground.js';
import { Member } from '../system/member.js';
import { CONCURRENCY, LEASE_SECONDS } from '../system/platform.js';
import { processesOf } from '../system/processes.js';
import type { StoredTask, System } from '../system/system.js';

const APIS = 2;
const WORKERS = 3;

/**
 * An ordinary BullMQ worker in the same storm: a row in Postgres, `queue.add`, three attempts, no leases. It must break
 * guarantees that the platform keeps; if it does not, the storm is too weak to prove anything.
 */
export async function startControl(): Promise<System> {
  const ground = await prepareGround(true);
  const { folder, postgres, redis, witness } = ground;
  if (!redis) throw new Error('The control needs a Redis.');
  const common = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const member = (name: string, script: string, environment: Record<string, string>) =>
    new Member({
      name,
      folder,
      script: join(import.meta.dirname, script),
      environment: { ...common, ...environment },
    });
  const apis: Member[] = [];
  for (let number = 0; number < APIS; number++)
    apis.push(member(`api-${number}`, 'api.mjs', { PORT: String(await freePort()) }));
  const workers = Array.from({ length: WORKERS }, (_, number) =>
    member(`worker-${number}`, 'worker.mjs', {
      COMMAND: witness.program,
      CONCURRENCY,
      // BullMQ's own lease, as long as the platform's.
      LOCK_SECONDS: String(LEASE_SECONDS),
    }),
  );
  const members = [...apis, ...workers];
  try {
    await postgres.query(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'));
    await startAll(members);
  } catch (error) {
    await ground.clear(members);
    throw error;
  }
  return {
    folder,
    postgres,
    redis,
    apis,
    workers,
    witness,
    hasCrashPoints: false,
    // It runs commands itself: a fault of an executor or of a spawner hits the worker.
    executorOf: (worker) => processIn(worker)[0],
    spawnersOf: processIn,
    tasks: () =>
      postgres.query<StoredTask>(
        `select id, initcap(status) as status, status in ('completed', 'failed') as terminal, attempt, error, settings
           from control.tasks`,
      ),
    // Its commands survive it by design: only their effects on each other count.
    remains: () => Promise.resolve([]),
    history: () => Promise.resolve([]),
    stop: async () => {
      await ground.clear(members);
      return [];
    },
  };

  function processIn({ cwd }: Member): number[] {
    return processesOf(folder)
      .filter((found) => found.command.includes('/worker.mjs') && found.folder === cwd)
      .map(({ pid }) => pid);
  }
}
