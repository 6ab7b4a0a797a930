import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { orchestratorOperations } from '@provisioning/contracts';
import { startApiProcess, type ApiProcess } from '../support/running-api.js';
import { oneWayPostgres } from '../support/one-way-postgres.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';

const CREATE = '/workflows/servers/create';
const TASK = { infra: 'production', settings: 'config.ncl' };
const BATCH = {
  name: 'once',
  operations: [
    {
      id: 'one',
      type: 'server_batch',
      provider: 'local',
      server_configs: [{ name: 'web', plan: 'small', zone: 'a' }],
    },
  ],
};

let platform: TestPlatform;
let folder: TemporaryFolder;

beforeAll(async () => {
  platform = await testPlatform();
  folder = await temporaryFolder('idempotency');
});
afterAll(async () => {
  await platform.stop();
  await folder.remove();
});

const start = (environment: Record<string, string> = {}) =>
  startApiProcess({ DATABASE_URL: platform.databaseUrl, PROVISIONING_DATA_DIR: folder.path, ...environment });

async function countOf(table: 'tasks' | 'batches' | 'checkpoints'): Promise<number> {
  const [row] = await rowsOf<{ n: number }>(platform.database, `select count(*)::int as n from ${table}`);
  return row!.n;
}

describe('an Idempotency-Key', () => {
  let processes: ApiProcess[];
  beforeAll(async () => {
    processes = [await start(), await start()];
  });
  afterAll(() => Promise.all(processes.map(({ process }) => process.stop())));

  /** The same request, many times at once, to both processes. */
  async function storm(path: string, body: unknown, key: string) {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        processes[n % 2]!.send('POST', path, body, { 'Idempotency-Key': key }),
      ),
    );
    return Promise.all(
      answers.map(async (answer) => ({
        status: answer.status,
        replayed: answer.headers.get('idempotent-replayed') === 'true',
        location: answer.headers.get('location'),
        data: ((await answer.json()) as { data: unknown }).data,
      })),
    );
  }

  it.each([
    ['a workflow', CREATE, TASK, 'tasks', 1],
    ['a batch', '/batch/execute', BATCH, 'batches', 1],
    ['a checkpoint', '/rollback/checkpoints', { name: 'before' }, 'checkpoints', 1],
  ] as const)(
    'creates %s once for any number of concurrent requests to any process',
    async (_what, path, body, table, made) => {
      const before = await countOf(table);
      const answers = await storm(path, body, `storm-${table}`);
      expect(new Set(answers.map(({ status }) => status)).size).toBe(1);
      expect(answers[0]!.status).toBeLessThan(300);
      const idOf = (data: unknown) =>
        typeof data === 'string' ? data : (data as { batch_id: string }).batch_id;
      expect(new Set(answers.map(({ data }) => idOf(data))).size).toBe(1);
      expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect((await countOf(table)) - before).toBe(made);
    },
  );

  it('retries a task once', async () => {
    const created = await processes[0]!.send('POST', CREATE, { ...TASK, infra: 'to-retry' });
    const { data: id } = (await created.json()) as { data: string };
    await processes[0]!.send('POST', `/tasks/${id}/cancel`);
    const before = await countOf('tasks');
    const answers = await storm(`/tasks/${id}/retry`, undefined, 'storm-retry');
    expect(new Set(answers.map(({ data }) => data)).size).toBe(1);
    expect((await countOf('tasks')) - before).toBe(1);
  });

  it('is refused for another request or another body, and is separate for each user', async () => {
    const key = { 'Idempotency-Key': 'taken' };
    await processes[0]!.send('POST', CREATE, TASK, key);
    for (const [path, body] of [
      [CREATE, { ...TASK, infra: 'staging' }],
      ['/rollback/checkpoints', { name: 'before' }],
    ] as const) {
      const answer = await processes[1]!.send('POST', path, body, key);
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ success: false, code: 'idempotency_key_reused' });
    }
  });

  it.each(['', 'a'.repeat(256), 'two words'])(
    'must be 1 to 255 visible characters, not “%s”',
    async (key) => {
      const answer = await processes[0]!.send('POST', CREATE, TASK, { 'Idempotency-Key': key });
      expect(answer.status).toBe(400);
    },
  );

  it('expires after a day', async () => {
    const send = async () => {
      const answer = await processes[0]!.send('POST', CREATE, TASK, { 'Idempotency-Key': 'old' });
      return ((await answer.json()) as { data: string }).data;
    };
    const first = await send();
    await rowsOf(
      platform.database,
      `update idempotency_keys set created_at = created_at - interval '23 hours' where key = 'old'`,
    );
    expect(await send()).toBe(first);
    await rowsOf(
      platform.database,
      `update idempotency_keys set created_at = created_at - interval '2 hours' where key = 'old'`,
    );
    expect(await send()).not.toBe(first);
  });

  it('is accepted by every operation that creates something', () => {
    const making = orchestratorOperations.filter(({ success }) => success.location);
    expect(making.length).toBeGreaterThan(0);
    expect(making.filter(({ idempotent }) => !idempotent)).toEqual([]);
  });
});

describe('an API that dies after it stored a request and before it answered', () => {
  it.each([
    ['a workflow', CREATE, { ...TASK, infra: 'crash' }, 'tasks', 'submit_task'],
    ['a batch', '/batch/execute', { ...BATCH, name: 'crash' }, 'batches', 'submit_batch'],
    ['a checkpoint', '/rollback/checkpoints', { name: 'crash' }, 'checkpoints', 'create_checkpoint'],
  ] as const)('has made %s, and the repeat gets its id', async (_what, path, body, table, statement) => {
    const between = await oneWayPostgres(platform.databaseUrl);
    const dying = await start({ DATABASE_URL: between.url });
    const before = await countOf(table);
    const key = { 'Idempotency-Key': `crash-${table}` };
    try {
      between.muteAfter(statement);
      const answer = dying.send('POST', path, body, key).then(
        () => 'answered',
        () => 'cut',
      );
      await waitFor(async () => (await countOf(table)) > before);
      dying.process.kill('SIGKILL');
      expect(await answer).toBe('cut');
    } finally {
      await dying.process.stop();
      await between.close();
    }
    const [row] = await rowsOf<{ id: string }>(
      platform.database,
      `select id from ${table} order by id desc limit 1`,
    );

    const next = await start();
    try {
      const repeat = await next.send('POST', path, body, key);
      expect(repeat.status).toBeLessThan(300);
      expect(repeat.headers.get('idempotent-replayed')).toBe('true');
      expect(JSON.stringify(await repeat.json())).toContain(row!.id);
      expect(await countOf(table)).toBe(before + 1);
    } finally {
      await next.process.stop();
    }
  });
});
