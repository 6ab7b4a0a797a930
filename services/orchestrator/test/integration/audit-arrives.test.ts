import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import {
  cloneDatabase,
  spawnNode,
  waitFor,
  type NodeProcess,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { ApiProcess } from '../support/api-process.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';

const CONTROL_CENTER = join(import.meta.dirname, '../../../control-center/dist/src/api.js');
const SECRET = 'a-secret-of-both-services-that-is-long-enough';
const ROUNDS = 2;

let platform: TestPlatform;
let clone: TestDatabase;
let trail: Knex;
let controlCenter: NodeProcess;
let url: string;
let api: ApiProcess;

async function startControlCenter(port: string): Promise<string> {
  controlCenter = spawnNode(CONTROL_CENTER, {
    env: {
      DATABASE_URL: clone.url,
      REDIS_URL: undefined,
      JWT_SECRET: SECRET,
      PROVISIONING_DATA_DIR: join(platform.folder, 'control-center'),
      ADMIN_PASSWORD: 'a long password of the tests',
      BCRYPT_COST: '10',
      CONTROL_CENTER_PORT: port,
      LOG_LEVEL: 'error',
    },
  });
  return (await controlCenter.message<{ type: string; url: string }>('ready')).url;
}

beforeAll(async () => {
  platform = await testPlatform();
  clone = await cloneDatabase('control-center');
  trail = createPostgres({
    url: clone.url,
    schema: 'control_center',
    applicationName: 'test',
    log: silentLogger,
  });
  url = await startControlCenter('0');
  api = new ApiProcess({
    DATABASE_URL: platform.databaseUrl,
    REDIS_URL: undefined,
    JWT_SECRET: SECRET,
    PROVISIONING_DATA_DIR: platform.dataDir,
    CONTROL_CENTER_URL: url,
    RATE_LIMIT_GENERAL: '0',
    RATE_LIMIT_BATCH: '0',
  });
  await api.start();
});
afterAll(async () => {
  await api.stop();
  await controlCenter.stop();
  await trail.destroy();
  await clone.drop();
  await platform.stop();
});

it('the control center has each event once in its chain, although both services were killed in between', async () => {
  const subject = { userId: uuidv7(), username: 'operator', roles: ['operator'], sessionId: uuidv7() };
  const { token } = issueToken(createKeyring([SECRET]), subject, 600);
  const submit = async (infra: string) => {
    const response = await fetch(`${api.url}/workflows/servers/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ infra, settings: 'config.ncl' }),
    });
    return ((await response.json()) as { data: string }).data;
  };
  const tasks: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let count = 0; count < 5; count++) tasks.push(await submit(`i-${round}-${count}`));
    controlCenter.kill('SIGKILL');
    await controlCenter.exited;
    tasks.push(await submit(`away-${round}`));
    await Promise.all([api.kill(), startControlCenter(new URL(url).port)]);
    await api.start();
  }
  const kept = () =>
    trail('audit_log').where({ service: 'orchestrator', action: 'workflow.submit' }).orderBy('seq');
  await waitFor(async () => (await kept()).length >= tasks.length, { what: 'all records' });
  const rows = (await kept()) as {
    resource: string;
    username: string;
    user_id: string;
    session_id: string;
  }[];
  expect(rows.map(({ resource }) => resource)).toEqual(tasks.map((task) => `tasks/${task}`));
  expect(new Set(rows.map((row) => `${row.username} ${row.user_id} ${row.session_id}`))).toEqual(
    new Set([`operator ${subject.userId} ${subject.sessionId}`]),
  );
});
