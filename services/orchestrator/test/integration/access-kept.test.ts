import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createKeyring } from '@provisioning/auth-token';
import { builtinPolicies } from '@provisioning/policy';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import {
  cloneDatabase,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { AccessFile } from '../../src/access-client/access-file.js';
import { AccessClient } from '../../src/access-client/access-client.js';
import { AccessMarks } from '../../src/access-client/access-marks.js';
import { PostgresMarkStore } from '../../src/postgres/access/access-mark-store.js';
import { FakeAccess } from '../support/fake-access.js';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const keyring = createKeyring([SECRET]);

let clone: TestDatabase;
let database: Knex;
let folder: TemporaryFolder;
let controlCenter: FakeAccess;
let path: string;

beforeEach(async () => {
  clone = await cloneDatabase('orchestrator');
  folder = await temporaryFolder('access');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  controlCenter = new FakeAccess(SECRET);
  path = join(folder.path, 'access.json');
});
afterEach(async () => {
  await database.destroy();
  await clone.drop();
  await folder.remove();
});

/** The actions of a process between its start and its end. */
async function during(
  act: (accessClient: AccessClient) => Promise<void> | void = () => undefined,
): Promise<void> {
  const accessClient = new AccessClient({
    controlCenter,
    keyring,
    log: silentLogger,
    rules: { revocationsStale: 30, policiesStale: 900 },
    file: new AccessFile(path, keyring),
    marks: new AccessMarks(new PostgresMarkStore(database), keyring),
  });
  await accessClient.start();
  try {
    await act(accessClient);
  } finally {
    await accessClient.stop();
  }
}
const hasNoPolicies = (accessClient: AccessClient) => {
  expect(() => accessClient.policies()).toThrow('The policies have not arrived');
  expect(accessClient.trouble).toBe('no policies');
};
/** A start during an outage of the control center, and what the process does after the outage. */
async function isRefused(): Promise<void> {
  controlCenter.away = true;
  await during(hasNoPolicies);
  controlCenter.away = false;
  await during((accessClient) => expect(accessClient.revision).toBe(controlCenter.revision));
}

it('a process that starts without the control center uses its stored copies', async () => {
  controlCenter.change(builtinPolicies);
  await during();
  controlCenter.away = true;
  await during((accessClient) => expect(accessClient.revision).toBe(2));
});

it('refuses an older file that was put back, because of its policies', async () => {
  await during();
  await copyFile(path, `${path}.old`);
  controlCenter.change([]);
  await during();
  await copyFile(`${path}.old`, path);
  await isRefused();
});

it('refuses an older file that was put back, because of its revocations', async () => {
  await during();
  await copyFile(path, `${path}.old`);
  controlCenter.revoke('user', uuidv7());
  await during();
  await copyFile(`${path}.old`, path);
  await isRefused();
});

it('refuses a file that is older than what another process has received', async () => {
  await during();
  await copyFile(path, `${path}.other`);
  controlCenter.revoke('session', uuidv7());
  await during(async (accessClient) => {
    await accessClient.look();
    await rm(path);
  });
  await copyFile(`${path}.other`, path);
  await isRefused();
});

it.each<[what: string, edit: (kept: Record<string, unknown>) => void]>([
  ['a revocation is missing', (kept) => (kept['revocations'] = [])],
  ['it says to be younger', (kept) => (kept['heard_at'] = new Date(Date.now() + 60_000).toISOString())],
])('refuses a file that was edited: %s', async (_, edit) => {
  controlCenter.revoke('user', uuidv7());
  await during();
  const file = JSON.parse(await readFile(path, 'utf8')) as { content: string };
  const kept = JSON.parse(file.content) as Record<string, unknown>;
  edit(kept);
  await writeFile(path, JSON.stringify({ ...file, content: JSON.stringify(kept) }));
  await isRefused();
});

it('accepts no file when the mark was lowered by hand', async () => {
  await during();
  await database('access_marks').update({ text: '{"policy_revision":0,"revocation_head":0}' });
  await isRefused();
  // The mark holds what the control center has published since.
  controlCenter.away = true;
  await during((accessClient) => expect(accessClient.revision).toBe(controlCenter.revision));
});

it('does not apply an older bundle without a file, until its control center has caught up', async () => {
  controlCenter.change(builtinPolicies);
  controlCenter.change(builtinPolicies);
  await during();
  await rm(path);
  controlCenter.revision = 1;
  await during(async (accessClient) => {
    hasNoPolicies(accessClient);
    for (let lost = 2; lost > 0; lost--) controlCenter.change(builtinPolicies);
    await accessClient.look();
    expect(accessClient.revision).toBe(3);
  });
});

it('after the control center restarts its revocation numbers, a start uses what was stored since', async () => {
  const user = uuidv7();
  for (const one of [uuidv7(), uuidv7(), user]) controlCenter.revoke('user', one);
  await during(async (accessClient) => {
    controlCenter.revoked.length = 0;
    controlCenter.revoke('user', uuidv7());
    await accessClient.look();
  });
  controlCenter.away = true;
  await during((accessClient) => expect(accessClient.revision).toBe(controlCenter.revision));
});
