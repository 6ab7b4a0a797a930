import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort, waitFor } from '@provisioning/test-kit';
import { FakeControlCenter } from '../../services/orchestrator/test/support/fake-control-center.js';
import { checkEnds, checkOverlaps, runsByTask } from '../chaos/checks/runs.js';
import { Client } from '../chaos/load/client.js';
import { prepareGround, startAll, type Ground } from '../chaos/system/ground.js';
import { call, dataOf } from '../support/call.js';
import { Member } from '../chaos/system/member.js';
import type { StoredTask } from '../chaos/system/system.js';

const run = promisify(execFile);
const JWT_SECRET = randomBytes(32).toString('hex');
const NEW = fileURLToPath(new URL('../..', import.meta.url));
/** A built checkout of the previous version: scripts/upgrade.mjs makes it. */
const OLD = process.env['UPGRADE_FROM']!;
const EACH = 40;
/** More than one worker runs at once: then every worker has some of them. */
const ONE_WORKER_RUNS = 16;

/** An API and a worker of a release, as if on a separate machine. */
interface Release {
  api: Member;
  worker: Member;
}

let ground: Ground;
let controlCenter: FakeControlCenter;
const members: Member[] = [];
const accepted: string[] = [];
/** Answers of the old API to /readyz from before the migration until the first process is killed. */
const readiness: number[] = [];
const client = new Client(JWT_SECRET);

beforeAll(async () => {
  ground = await prepareGround(false);
  controlCenter = new FakeControlCenter(JWT_SECRET);
  await controlCenter.start();
});
afterAll(async () => {
  await ground.clear(members);
  await controlCenter.stop();
});

type Service = 'orchestrator' | 'control-center';

const scriptOf = (release: string, service: Service, script: string) =>
  join(release, 'services', service, 'dist/src', script);
const migrateWith = (release: string, service: Service = 'orchestrator') =>
  run(process.execPath, [scriptOf(release, service, 'migrate.js')], {
    env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: ground.postgres.url },
  });

function memberOf(name: string, script: string, environment: Record<string, string>): Member {
  const { folder, postgres } = ground;
  const member = new Member({
    name,
    script,
    folder,
    environment: {
      DATABASE_URL: postgres.url,
      LOG_LEVEL: 'warn',
      PROVISIONING_DATA_DIR: join(folder, name),
      ...environment,
    },
  });
  members.push(member);
  return member;
}

async function startRelease(release: string, name: string, slot: number): Promise<Release> {
  const commands = { PROVISIONING_COMMAND: ground.witness.program, COMMAND_USER: userInfo().username };
  const api = memberOf(`${name}-api`, scriptOf(release, 'orchestrator', 'api.js'), {
    ...commands,
    ORCHESTRATOR_PORT: String(await freePort()),
    JWT_SECRET,
    CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
    RATE_LIMIT_GENERAL: '0',
  });
  const worker = memberOf(`${name}-worker`, scriptOf(release, 'orchestrator', 'worker.js'), {
    ...commands,
    WORKER_SLOT: String(slot),
    WORKER_PORT: '0',
    WORKER_COMMANDS: String(ONE_WORKER_RUNS),
  });
  await startAll([api, worker]);
  return { api, worker };
}

const stop = ({ api, worker }: Release) => Promise.all([api.stop(), worker.stop()]);

/** Submits by the APIs in turn. What gets no answer is submitted again by the next one, with the same key. */
async function submit(apis: readonly Member[], count: number, seconds: string): Promise<void> {
  for (let number = 0; number < count; number++) {
    const body = {
      infra: `upgrade-${accepted.length}`,
      settings: `sleep-${seconds}-plain-${accepted.length}.yaml`,
    };
    const key = randomUUID();
    let turn = number;
    await waitFor(
      async () => {
        const { url } = apis[turn++ % apis.length]!;
        const { status, data } = await client.call(url, '/workflows/servers/create', { body, key });
        if (status === 200) accepted.push(data as string);
        else expect(status === 0 || status >= 500).toBe(true);
        return status === 200;
      },
      { what: 'the acceptance of a workflow' },
    );
  }
}

const tasks = () =>
  ground.postgres.query<StoredTask>(
    `select id, status, status in ('Completed', 'Failed', 'Cancelled') as terminal, attempt, error, null as settings
       from orchestrator.tasks`,
  );
const ended = async () => (await tasks()).filter(({ terminal }) => terminal).length;
const running = async () => (await tasks()).filter(({ status }) => status === 'Running').length;
const allEnded = () => waitFor(async () => (await ended()) === accepted.length, { what: 'all ends' });

/** Two releases serve and work; then an API of one and the worker of the other are killed, and are restarted. */
async function killUnderLoad(releases: readonly Release[], api: Member, worker: Member): Promise<void> {
  const apis = releases.map((release) => release.api);
  await submit(apis, EACH, '2');
  await waitFor(async () => (await running()) > ONE_WORKER_RUNS, { what: 'work on both workers' });
  worker.kill();
  api.kill();
  await submit(apis, EACH, '0.1');
  await allEnded();
  await waitFor(() => [api, worker].every(({ url }) => url !== undefined), { what: 'the restarts' });
}

it('work continues, each task once, while processes are replaced, killed and rolled back', async () => {
  await migrateWith(OLD);
  const old = await startRelease(OLD, 'old', 0);
  let watching = true;
  const watch = (async () => {
    while (watching) readiness.push((await fetch(`${old.api.url}/readyz`)).status);
  })();
  await submit([old.api], EACH, '0.5');
  await waitFor(async () => (await ended()) > 0);
  await migrateWith(NEW);
  // Both old processes on the new schema, without the new ones.
  const before = await ended();
  await submit([old.api], EACH, '0.1');
  await waitFor(async () => (await ended()) >= before + EACH);
  const first = await startRelease(NEW, 'new', 1);
  await submit([old.api, first.api], EACH, '0.1');
  watching = false;
  await watch;

  await killUnderLoad([old, first], old.api, first.worker);
  await killUnderLoad([old, first], first.api, old.worker);

  // The roll back: the new processes leave while tasks run, and processes of the previous release start on the new schema.
  await submit([old.api, first.api], EACH, '0.5');
  await stop(first);
  const back = await startRelease(OLD, 'back', 2);
  await submit([back.api], EACH, '0.1');
  await stop(old);
  await submit([back.api], EACH, '0.5');

  const again = await startRelease(NEW, 'again', 3);
  await submit([back.api, again.api], EACH, '0.5');
  await stop(back);
  await submit([again.api], EACH, '0.1');
  await allEnded();

  const stored = await tasks();
  const lines = ground.witness.lines();
  const runs = runsByTask(lines);
  expect([...checkOverlaps(lines), ...checkEnds(stored, runs)]).toEqual([]);
  expect(stored.map(({ id }) => id).sort()).toEqual([...accepted].sort());
  expect(stored.filter(({ status }) => status !== 'Completed')).toEqual([]);
  // A command can end in the moment in which its worker is killed: only such a task may have run to its end twice.
  const repeated = new Set(stored.filter(({ attempt }) => attempt > 1).map(({ id }) => id));
  expect(accepted.filter((id) => runs.get(id)?.ends.length !== 1 && !repeated.has(id))).toEqual([]);
  expect([...new Set(readiness)]).toEqual([200]);
  expect(members.flatMap(({ unasked }) => unasked)).toEqual([]);
});

it('users, sessions and the audit trail are shared by the control centers of both releases', async () => {
  const password = randomBytes(16).toString('base64url');
  const start = async (release: string, name: string) => {
    const member = memberOf(name, scriptOf(release, 'control-center', 'api.js'), {
      CONTROL_CENTER_PORT: String(await freePort()),
      PROVISIONING_DATA_DIR: join(ground.folder, 'control-centers'),
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: password,
      RATE_LIMIT_AUTH: '0',
      RATE_LIMIT_GENERAL: '0',
    });
    await startAll([member]);
    return member;
  };
  const signIn = async ({ url }: Member) =>
    (await dataOf<{ token: string }>(call(`${url}/auth/login`, { body: { username: 'admin', password } })))
      .token;
  const users = async ({ url }: Member, bearer: string) =>
    (await dataOf<{ username: string }[]>(call(`${url}/users`, { bearer }))).map(({ username }) => username);
  const create = ({ url }: Member, bearer: string, username: string) =>
    dataOf(
      call(`${url}/users`, {
        bearer,
        body: { username, email: `${username}@example.com`, password: randomUUID(), roles: ['viewer'] },
      }),
    );

  await migrateWith(OLD, 'control-center');
  const old = await start(OLD, 'old-center');
  const early = await signIn(old);
  await migrateWith(NEW, 'control-center');
  await create(old, early, 'by-the-old');
  const first = await start(NEW, 'new-center');
  expect(await users(first, early)).toContain('by-the-old');
  const late = await signIn(first);
  await create(first, late, 'by-the-new');
  old.kill();
  await create(first, early, 'while-it-restarts');
  await waitFor(() => old.url !== undefined, { what: 'the restart' });
  // The roll back.
  await first.stop();
  await create(old, late, 'after-the-roll-back');
  const again = await start(NEW, 'again-center');
  await old.stop();
  expect((await users(again, early)).sort()).toEqual(
    ['admin', 'after-the-roll-back', 'by-the-new', 'by-the-old', 'while-it-restarts'].sort(),
  );
  const { ok, lost } = await dataOf<{ ok: boolean; lost?: unknown[] }>(
    call(`${again.url}/audit/verify`, { bearer: late }),
  );
  expect({ ok, lost: lost ?? [] }).toEqual({ ok: true, lost: [] });
});
