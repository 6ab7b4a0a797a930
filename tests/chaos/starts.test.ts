import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { redisProgram } from '@provisioning/embedded';
import { freePort, spawnNode, startRelay, waitFor, type Relay } from '@provisioning/test-kit';
import { prepareGround, type Ground } from './system/ground.js';
import { Member } from './system/member.js';

const SERVICES = fileURLToPath(new URL('../../services', import.meta.url));
const JWT_SECRET = 'only-for-these-tests-0123456789abcdef';
const ADMIN_PASSWORD = 'lantern-gravel-orbit';
const START_MS = 90_000;
const PROCESSES = ['control center', 'API', 'worker'] as const;

const hasRedis = (await redisProgram(() => undefined)) !== null;

/** The dependencies of processes, each behind a separate relay. */
type Dependency = 'Redis' | 'Postgres' | 'control center';

interface Platform {
  relays: Record<Dependency, Relay>;
  members: Record<(typeof PROCESSES)[number], Member>;
  /** The answer to an admin, once there is a token; undefined without an answer. */
  submit(): Promise<{ status: number; id?: string } | undefined>;
  stop(): Promise<void>;
}

const platforms: Platform[] = [];
afterEach(async () => {
  await Promise.all(platforms.splice(0).map((platform) => platform.stop()));
});

const STATES = {
  'is not there': (relay: Relay) => relay.refuse(),
  'accepts and never answers': (relay: Relay) => Promise.resolve(relay.freeze()),
};
const ALL_CASES = (['Redis', 'Postgres', 'control center'] as const).flatMap((dependency) =>
  Object.entries(STATES).map(([state, strike]) => ({ dependency, state, strike })),
);
/** `npm run test:chaos` tests all of them, `npm test` those that are hardest to notice. */
const CASES =
  process.env['CHAOS_STARTS'] === 'all'
    ? ALL_CASES
    : ALL_CASES.filter(({ strike }) => strike === STATES['accepts and never answers']);

/** Which processes serve nevertheless: nothing else may prevent their start. */
const STARTS_WITHOUT: Record<Dependency, readonly (typeof PROCESSES)[number][]> = {
  Redis: PROCESSES,
  Postgres: [],
  // The API serves, and answers 503 until it has received the policies.
  'control center': ['control center', 'API', 'worker'],
};

const describeOnLinux = process.platform === 'linux' && hasRedis ? describe : describe.skip;

describeOnLinux('a platform', () => {
  it.each(CASES)(
    'that starts while $dependency $state, and loses it again, recovers on its own',
    async ({ dependency, strike }) => {
      const platform = await preparePlatform();
      const { members, relays } = platform;
      const relay = relays[dependency];
      await strike(relay);
      for (const name of PROCESSES) members[name].start();
      await waitFor(() => STARTS_WITHOUT[dependency].every((name) => members[name].url !== undefined), {
        timeout: START_MS,
        what: `the start of ${STARTS_WITHOUT[dependency].join(', ')} without ${dependency}`,
      });
      if (dependency === 'Redis') await submitted(platform);
      await relay.mend();
      await waitFor(() => PROCESSES.every((name) => members[name].url !== undefined), {
        timeout: START_MS,
        what: 'the start of all',
      });
      await submitted(platform);

      await strike(relay);
      // In every outage there is an answer, and it is one of two.
      const answer = await platform.submit();
      expect([200, 503]).toContain(answer?.status);
      if (dependency === 'Redis') expect(answer?.status).toBe(200);
      await relay.mend();
      await submitted(platform);
      expect(PROCESSES.flatMap((name) => members[name].unasked)).toEqual([]);
    },
    4 * START_MS,
  );
});

/** Waits until a submission is accepted. */
async function submitted(platform: Platform): Promise<void> {
  await waitFor(async () => (await platform.submit())?.status === 200, {
    timeout: START_MS,
    what: 'a submission that is taken',
  });
}

async function preparePlatform(): Promise<Platform> {
  const ground: Ground = await prepareGround(true);
  const { folder, postgres, redis, witness } = ground;
  for (const service of ['control-center', 'orchestrator']) {
    const migration = spawnNode(join(SERVICES, service, 'dist/src/migrate.js'), {
      env: { NODE_ENV: 'test', DATABASE_URL: postgres.url },
    });
    expect(await migration.exited).toMatchObject({ code: 0 });
  }
  const internalPort = await freePort();
  const relays = {
    Redis: await startRelay(redis!.url),
    Postgres: await startRelay(postgres.url),
    'control center': await startRelay(`http://127.0.0.1:${internalPort}`),
  };
  const common = {
    DATABASE_URL: relays.Postgres.url,
    REDIS_URL: relays.Redis.url,
    JWT_SECRET,
    LOG_LEVEL: 'warn',
    RATE_LIMIT_AUTH: '0',
    RATE_LIMIT_GENERAL: '0',
    RATE_LIMIT_BATCH: '0',
  };
  const member = (name: string, script: string, environment: Record<string, string>) =>
    new Member({
      name,
      script: join(SERVICES, script),
      folder,
      environment: { ...common, PROVISIONING_DATA_DIR: join(folder, `${name}-data`), ...environment },
    });
  const members = {
    'control center': member('control-center', 'control-center/dist/src/api.js', {
      CONTROL_CENTER_PORT: String(await freePort()),
      INTERNAL_PORT: String(internalPort),
      ADMIN_PASSWORD,
      BCRYPT_COST: '10',
    }),
    API: member('api', 'orchestrator/dist/src/api.js', {
      ORCHESTRATOR_PORT: String(await freePort()),
      CONTROL_CENTER_INTERNAL_URL: relays['control center'].url,
    }),
    worker: member('worker', 'orchestrator/dist/src/worker.js', {
      WORKER_PORT: '0',
      DRAIN_SECONDS: '1',
      PROVISIONING_COMMAND: witness.program,
    }),
  };
  let token: string | undefined;
  const platform: Platform = {
    relays,
    members,
    async submit() {
      token ??= await signIn(members['control center'].url);
      const { url } = members.API;
      if (url === undefined || token === undefined) return undefined;
      const response = await fetch(`${url}/workflows/servers/create`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ infra: 'default', settings: 'settings.yaml', check_mode: true, wait: false }),
      });
      await response.text();
      return { status: response.status };
    },
    async stop() {
      const left = await ground.clear(Object.values(members));
      await Promise.all(Object.values(relays).map((relay) => relay.close()));
      expect(left).toEqual([]);
    },
  };
  platforms.push(platform);
  return platform;
}

async function signIn(url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }),
  });
  const { data } = (await response.json()) as { data?: { token: string } };
  return data?.token;
}
