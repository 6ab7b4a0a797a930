import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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
import { Member } from '../chaos/system/member.js';
import type { StoredTask } from '../chaos/system/system.js';

const run = promisify(execFile);
const JWT_SECRET = randomBytes(32).toString('hex');
const NEW = fileURLToPath(new URL('../..', import.meta.url));
/** A built checkout of the previous version: scripts/upgrade.mjs makes it. */
const OLD = process.env['UPGRADE_FROM']!;
const EACH = 40;

let ground: Ground;
let controlCenter: FakeControlCenter;
const members: Member[] = [];
const accepted: string[] = [];
/** Answers of the old API to /readyz from before the migration to its own end. */
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

const serviceOf = (release: string) => join(release, 'services/orchestrator/dist/src');
const migrateWith = (release: string) =>
  run(process.execPath, [join(serviceOf(release), 'migrate.js')], {
    env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: ground.postgres.url },
  });

/** An API and a worker of a release, as if on a separate machine. */
async function startRelease(release: string, name: string, slot: number): Promise<[Member, Member]> {
  const { folder, postgres, witness } = ground;
  const member = (part: string, script: string, environment: Record<string, string>) =>
    new Member({
      name: `${name}-${part}`,
      script: join(serviceOf(release), script),
      folder,
      environment: {
        DATABASE_URL: postgres.url,
        PROVISIONING_COMMAND: witness.program,
        COMMAND_USER: userInfo().username,
        LOG_LEVEL: 'warn',
        PROVISIONING_DATA_DIR: join(folder, `${name}-${part}`),
        ...environment,
      },
    });
  const api = member('api', 'api.js', {
    ORCHESTRATOR_PORT: String(await freePort()),
    JWT_SECRET,
    CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
    RATE_LIMIT_GENERAL: '0',
  });
  const worker = member('worker', 'worker.js', { WORKER_SLOT: String(slot), WORKER_PORT: '0' });
  members.push(api, worker);
  await startAll([api, worker]);
  return [api, worker];
}

async function submit(api: Member, count: number, seconds: string): Promise<void> {
  for (let number = 0; number < count; number++) {
    const infra = `upgrade-${accepted.length}`;
    const { status, data } = await client.call(api.url, '/workflows/servers/create', {
      body: { infra, settings: `sleep-${seconds}-plain-${accepted.length}.yaml` },
    });
    expect(status).toBe(200);
    accepted.push(data as string);
  }
}

const tasks = () =>
  ground.postgres.query<StoredTask>(
    `select id, status, status in ('Completed', 'Failed', 'Cancelled') as terminal, attempt, error, null as settings
       from orchestrator.tasks`,
  );
const ended = async () => (await tasks()).filter(({ terminal }) => terminal).length;

it('work continues, each task once, while the previous version is replaced', async () => {
  await migrateWith(OLD);
  const [oldApi, oldWorker] = await startRelease(OLD, 'old', 0);
  let watching = true;
  const watch = (async () => {
    while (watching) readiness.push((await fetch(`${oldApi.url}/readyz`)).status);
  })();
  await submit(oldApi, EACH, '0.5');
  await waitFor(async () => (await ended()) > 0);
  await migrateWith(NEW);
  // Both old processes on the new schema, without the new ones.
  const before = await ended();
  await submit(oldApi, EACH, '0.1');
  await waitFor(async () => (await ended()) >= before + EACH);
  const [newApi] = await startRelease(NEW, 'new', 1);
  await submit(newApi, EACH, '0.1');
  await submit(oldApi, EACH, '0.5');
  watching = false;
  await watch;
  await Promise.all([oldApi.stop(), oldWorker.stop()]);
  await submit(newApi, EACH, '0.1');
  await waitFor(async () => (await ended()) === accepted.length, { what: 'all ends' });

  const stored = await tasks();
  const lines = ground.witness.lines();
  const runs = runsByTask(lines);
  expect([...checkOverlaps(lines), ...checkEnds(stored, runs)]).toEqual([]);
  expect(stored.map(({ id }) => id).sort()).toEqual([...accepted].sort());
  expect(stored.filter(({ status }) => status !== 'Completed')).toEqual([]);
  expect(accepted.filter((id) => runs.get(id)?.ends.length !== 1)).toEqual([]);
  expect([...new Set(readiness)]).toEqual([200]);
});
