import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { call, dataOf } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

interface Task {
  status: string;
}

/**
 * The URL of a database that this test may drop and create: then dumps are tested as well as copies of the data folder. The
 * programs of Postgres on PATH must not be older than its server.
 */
const DUMPED_DATABASE = process.env['RESTORE_DATABASE_URL'];
const KINDS = ['the data folder', ...(DUMPED_DATABASE ? ['a dump'] : [])];

/** No clone in the run's Postgres: either its own Postgres, or the database of DATABASE_URL. */
const OWN = { embeddedPostgres: true };

const runProgram = promisify(execFile);

let platform: RunningPlatform;
let token: string;
/** The platform again, on the same data folder. */
let restarted: RunningPlatform | undefined;

async function signIn(at: RunningPlatform = platform): Promise<string> {
  const credentials = { username: 'admin', password: at.adminPassword, mfa_code: '123456' };
  const login = call(`${at.controlCenterUrl}/auth/login`, { body: credentials });
  return (await dataOf<{ token: string }>(login)).token;
}

async function run(body: object, at: RunningPlatform = platform): Promise<Task> {
  const submitted = await call(`${at.orchestratorUrl}/workflows/servers/create`, {
    bearer: token,
    body,
  });
  expect(submitted.status).toBe(200);
  return waitFor(
    async () => {
      const task = await dataOf<Task>(
        call(`${at.orchestratorUrl}/tasks/${String(submitted.body.data)}`, { bearer: token }),
      );
      return ['Completed', 'Failed', 'Cancelled'].includes(task.status) ? task : undefined;
    },
    { what: 'the end of the task' },
  ) as Promise<Task>;
}

const record = (name: string) => join(platform.dataDir, 'local/production/servers', name, 'server.json');

interface Drift {
  differences: { infra: string }[];
}

/** Replaces the database by an empty one. */
async function emptyDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const server = Object.assign(new URL(url), { pathname: '/postgres' }).href;
  for (const sql of [`drop database if exists "${name}"`, `create database "${name}"`])
    await runProgram('psql', ['--no-psqlrc', '--set=ON_ERROR_STOP=1', `--command=${sql}`, server]);
}

describe.each(KINDS)('a backup with %s, restored after more work', (kind) => {
  const database = kind === 'a dump' ? DUMPED_DATABASE! : '';
  const settings = {
    BATCH_COMMANDS: 'sleep',
    ...(database ? { DATABASE_URL: database, AUDIT_CHECKPOINT_RECORDS: '1' } : {}),
  };
  beforeAll(async () => {
    if (database) await emptyDatabase(database);
    platform = await startPlatform(settings, OWN);
    token = await signIn();
  });
  afterAll(async () => {
    await restarted?.stop();
    restarted = undefined;
    await platform.stop();
  });
  const backup = () => `${platform.dataDir}-backup`;
  afterAll(() => rm(backup(), { recursive: true, force: true }));

  const script = async (act: string) => {
    const environment = { ...process.env, PROVISIONING_DATA_DIR: platform.dataDir, DATABASE_URL: database };
    const args = [join(import.meta.dirname, '../../scripts/backup.mjs'), act, backup()];
    return (await runProgram(process.execPath, args, { env: environment })).stdout;
  };
  const startAgain = async (environment: Record<string, string> = {}) => {
    await restarted?.stop();
    restarted = await startPlatform(
      {
        PROVISIONING_DATA_DIR: platform.dataDir,
        ADMIN_PASSWORD: platform.adminPassword,
        ...settings,
        ...environment,
      },
      OWN,
    );
    token = await signIn(restarted);
    return restarted;
  };
  const from = <Data>(url: string, body?: object) => dataOf<Data>(call(url, { bearer: token, body }));
  const production = { infra: 'production', settings: 'config.ncl', check_mode: false, wait: true };

  it('starts nothing on its own, ends every token, and is complete again after its release', async () => {
    const atBackup = token;
    expect(await run(production)).toMatchObject({ status: 'Completed' });
    const operations = [
      { id: 'first', type: 'command_batch', infra: 'under-way', commands: ['sleep 300'] },
      {
        id: 'second',
        type: 'command_batch',
        infra: 'under-way',
        commands: ['sleep 300'],
        dependencies: ['first'],
      },
    ];
    await from(`${platform.orchestratorUrl}/batch/execute`, { name: 'under-way', operations });
    await waitFor(
      async () => (await from<Task[]>(`${platform.orchestratorUrl}/tasks?status=Running`)).length > 0,
    );
    if (database) {
      // A dump is made while the platform runs, from the first checkpoint of the audit trail on.
      const checkpoints = () => from<object[]>(`${platform.controlCenterUrl}/audit/heads`);
      await waitFor(async () => (await checkpoints()).length > 0, { what: 'a checkpoint' });
    } else {
      await expect(script('create')).rejects.toThrow('Stop it first');
      await platform.process.stop();
    }
    expect(await script('create')).toContain('is complete');
    await platform.process.stop();

    const later = await startAgain();
    const afterBackup = token;
    expect(await run({ ...production, operation: 'delete' }, later)).toMatchObject({ status: 'Completed' });
    expect(existsSync(record('web-01'))).toBe(false);
    await later.process.stop();

    // Everything is lost but the cloud, which for the provider `local` is in the data folder.
    const cloud = `${platform.dataDir}-cloud`;
    await rename(join(platform.dataDir, 'local'), cloud);
    await rm(platform.dataDir, { recursive: true });
    await mkdir(platform.dataDir);
    await rename(cloud, join(platform.dataDir, 'local'));
    if (database) await emptyDatabase(database);
    expect(await script('restore')).toContain('PROVISIONING_RESTORED=true');

    const { orchestratorUrl, controlCenterUrl } = await startAgain({ PROVISIONING_RESTORED: 'true' });
    for (const url of [`${orchestratorUrl}/tasks`, `${controlCenterUrl}/users`])
      for (const bearer of [atBackup, afterBackup])
        expect((await call(url, { bearer })).body.code).toBe('token_revoked');
    const open = () =>
      from<{ attempt: number; waiting_for: object }[]>(`${orchestratorUrl}/tasks?status=Pending,Running`);
    expect((await open()).map(({ waiting_for: waiting }) => waiting)).toEqual([
      { reason: 'held' },
      { reason: 'held' },
    ]);
    const refused = await call(`${orchestratorUrl}/workflows/servers/create`, {
      bearer: token,
      body: production,
    });
    expect([refused.status, refused.body.code]).toEqual([503, 'restored_hold']);
    expect(await from(`${controlCenterUrl}/audit/verify`)).toMatchObject({ ok: true, lost: [{}] });
    const drift = () => from<Drift>(`${orchestratorUrl}/state/drift`);
    expect((await drift()).differences.map(({ infra }) => infra)).toContain('production');

    await from(`${orchestratorUrl}/state/hold/release`, { release: 'reconcile' });
    await waitFor(async () => (await open()).length === 0, { what: 'the end of all work' });
    expect(await run(production, restarted)).toMatchObject({ status: 'Completed' });
    expect((await drift()).differences).toEqual([]);
  });
});
