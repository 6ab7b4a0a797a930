import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@provisioning/test-kit';
import type { Mode } from '../settings.js';
import { FakeControlCenter } from '../../../services/orchestrator/test/support/fake-control-center.js';
import { prepareGround, startAll } from './ground.js';
import { Member } from './member.js';
import { processesOf } from './processes.js';
import type { StoredTask, System } from './system.js';

const run = promisify(execFile);
const SERVICE = fileURLToPath(new URL('../../../services/orchestrator/dist/src', import.meta.url));
const APIS = 2;
const WORKERS = 3;
/** Few, so that work must wait when a worker is lost. */
export const CONCURRENCY = '6';
/** The proportions of the defaults, in seconds instead of minutes. */
const SHORT_TIMES = {
  LEASE_SECONDS: '12',
  FENCE_SECONDS: '4',
  WATCHDOG_SECONDS: '2',
  HEARTBEAT_SECONDS: '1',
};
export const LEASE_SECONDS = Number(SHORT_TIMES.LEASE_SECONDS);

/** Two API processes and three workers, each as if on a separate machine: other slot, other folders. */
export async function startPlatform(mode: Mode, jwtSecret: string): Promise<System> {
  const ground = await prepareGround(mode === 'with Redis');
  const { folder, postgres, redis, witness } = ground;
  // Not part of the storm: the orchestrator's own tests cover its outages.
  const controlCenter = new FakeControlCenter(jwtSecret);
  await controlCenter.start();
  const common = {
    DATABASE_URL: postgres.url,
    ...(redis ? { REDIS_URL: redis.url } : {}),
    PROVISIONING_COMMAND: witness.program,
    BATCH_COMMANDS: `witness=${witness.program}`,
    // The witness keeps its record in the run's own folder.
    COMMAND_USER: userInfo().username,
    LOG_LEVEL: 'warn',
  };
  const member = (name: string, script: string, environment: Record<string, string>) =>
    new Member({
      name,
      script: join(SERVICE, script),
      folder,
      environment: { ...common, PROVISIONING_DATA_DIR: join(folder, name), ...environment },
    });
  const apis: Member[] = [];
  for (let number = 0; number < APIS; number++) {
    apis.push(
      member(`api-${number}`, 'api.js', {
        // The same after a restart.
        ORCHESTRATOR_PORT: String(await freePort()),
        JWT_SECRET: jwtSecret,
        CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
        RATE_LIMIT_GENERAL: '0',
        RATE_LIMIT_BATCH: '0',
      }),
    );
  }
  const workers = Array.from({ length: WORKERS }, (_, slot) =>
    member(`worker-${slot}`, 'worker.js', {
      WORKER_SLOT: String(slot),
      WORKER_PORT: '0',
      WORKER_CONCURRENCY: CONCURRENCY,
      DRAIN_SECONDS: '1',
      ...SHORT_TIMES,
    }),
  );
  const members = [...apis, ...workers];
  const clear = async () => {
    const left = await ground.clear(members);
    await controlCenter.stop();
    return left;
  };
  try {
    await run(process.execPath, [join(SERVICE, 'migrate.js')], {
      env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: postgres.url },
    });
    await startAll(members);
  } catch (error) {
    await clear();
    throw error;
  }

  return {
    folder,
    postgres,
    redis,
    apis,
    workers,
    witness,
    hasCrashPoints: true,
    executorOf: (worker) => partsOf(worker, '/executor.js')[0],
    spawnersOf: (worker) => partsOf(worker, '/spawner.js'),
    tasks: () =>
      postgres.query<StoredTask>(
        `select id, status, status in ('Completed', 'Failed', 'Cancelled') as terminal, attempt, error,
                args[array_position(args, '--settings') + 1] as settings from orchestrator.tasks`,
      ),
    remains: async () => [
      ...(await remainsInPostgres(system())),
      ...(await slotsTaken(workers)),
      ...commandsLeft(folder),
    ],
    history: async (task) => {
      const events = await postgres.query<{ line: string }>(
        `select to_char(at, 'HH24:MI:SS.MS') || ' ' || type || ' → ' || status || ' (attempt ' || attempt || ') '
                || details as line from orchestrator.events where task_id = $1 order by seq`,
        [task],
      );
      return events.map(({ line }) => line);
    },
    stop: clear,
  };

  /** They keep the working directory of the worker that started them. */
  function partsOf({ cwd }: Member, script: string): number[] {
    return processesOf(folder)
      .filter((found) => found.command.includes(script) && found.folder === cwd)
      .map(({ pid }) => pid);
  }

  function system(): Pick<System, 'postgres'> {
    return { postgres };
  }
}

async function remainsInPostgres({ postgres }: Pick<System, 'postgres'>): Promise<string[]> {
  const locks = await postgres.query<{ line: string }>(
    `select 'infra ' || infra || ' is still locked by ' || holder_id as line from orchestrator.locks`,
  );
  const tasks = await postgres.query<{ line: string }>(
    `select 'task ' || id || ' is still ' || status as line from orchestrator.tasks
      where status not in ('Completed', 'Failed', 'Cancelled')`,
  );
  return [...locks, ...tasks].map(({ line }) => line);
}

/** Each worker reports how many commands run on it. */
async function slotsTaken(workers: readonly Member[]): Promise<string[]> {
  const answers = await Promise.all(
    workers.map(async ({ name, url }) => {
      if (url === undefined) return `${name} is not up`;
      const metrics = await fetch(`${url}/metrics`, { headers: { Connection: 'close' } }).then(
        (answer) => answer.text(),
        () => '',
      );
      const running = /^orchestrator_worker_running_tasks (\d+)/m.exec(metrics)?.[1];
      return running === '0' ? undefined : `${name} says that ${running ?? 'an unknown number of'} tasks run`;
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}

function commandsLeft(folder: string): string[] {
  return processesOf(folder)
    .filter(({ environment }) => environment.includes('PROVISIONING_RUN='))
    .map(({ pid, command }) => `process ${pid} of a command is left: ${command}`);
}
