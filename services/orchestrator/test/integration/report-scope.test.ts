import { rowsOf } from '@provisioning/runtime';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await testPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

const report = (infra: string, name: string, more: object = {}) =>
  JSON.stringify({
    type: 'resource',
    kind: 'server',
    name,
    infra,
    action: 'created',
    driver: 'local',
    after: { id: `id-${name}`, name },
    ...more,
  });
const saying = (...lines: string[]) =>
  lines.map((line) => `printf '%s\\n' '${line}' >> "$PROVISIONING_EVENTS"`).join('; ');
const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);

/** The inventory of an infra. */
async function knownOf(infra: string) {
  const select = (sql: string) => rowsOf<{ name: string }>(platform.database, sql, [infra]);
  return {
    inventory: names(await select('select name from resources where infra = ? order by name')),
    journal: names(await select('select name from journal where infra = ? order by name')),
    events: names(
      await select(
        `select details ->> 'name' as name from events where type = 'resource_changed' and details ->> 'infra' = ?`,
      ),
    ),
  };
}
const NOTHING = { inventory: [], journal: [], events: [] };
const dataOf = async (task: string) =>
  (
    await rowsOf<{ data: unknown }>(platform.database, 'select data from task_results where task_id = ?', [
      task,
    ])
  )[0]!.data;
const linesOf = async (task: string) =>
  (await platform.store.logs(task, { after: 0, limit: 100, search: undefined })).map(({ text }) => text);

describe('a command that reports on an infra whose lock its task does not hold', () => {
  const refusal =
    'it says that the server "db-01" of infra "victim" was destroyed, but this task may report on infra "mine" only';

  it('fails, says so, and only what it reports on its own infra is recorded', async () => {
    const task = await platform.submit(
      `${saying(
        report('mine', 'web-01'),
        report('victim', 'db-01', { action: 'destroyed', before: { id: 'x' }, after: null }),
        report('victim', 'db-02', { type: 'intent' }),
        report('victim', 'db-03', { action: 'unchanged' }),
      )}; echo all is well`,
      { infra: 'mine' },
    );
    expect(await platform.ended(task)).toMatchObject({
      status: 'Failed',
      exitCode: 0,
      error: `What it reported was refused: ${refusal}. Nothing of that is recorded.`,
    });
    expect(await dataOf(task)).toMatchObject({ refused_reports: 3, resources: [{ name: 'web-01' }] });
    expect(await linesOf(task)).toEqual(
      expect.arrayContaining([
        `A report was refused: ${refusal}. Nothing of it is recorded.`,
        expect.stringContaining('the server "db-02" of infra "victim" is about to be created'),
        'all is well',
      ]),
    );
    expect(await knownOf('victim')).toEqual(NOTHING);
    expect(await knownOf('mine')).toEqual({
      inventory: ['web-01'],
      journal: ['web-01'],
      events: ['web-01'],
    });
  });

  it('fails as an operation, too, without a retry: the same command would report the same', async () => {
    const batch = await platform.submitBatch({
      operations: [
        commands('foreign', saying(report('victim', 'db-01')), { infra: 'theirs', retries: 2 }),
        commands('other', 'true', { infra: 'victim' }),
      ],
    });
    const { operations } = await platform.batchEnded(batch);
    // The batch holds the locks of both, its operation changes one.
    expect(operations['foreign']).toMatchObject({ status: 'Failed', attempt: 1 });
    expect(operations['foreign']!.error).toContain('may report on infra "theirs" only');
    expect(await knownOf('victim')).toEqual(NOTHING);
  });
});

it('a command in check mode may report nothing as changed', async () => {
  const checking = (line: string) => platform.submit(saying(line), { infra: 'checked', checkMode: true });
  const changing = await checking(report('checked', 'web-01'));
  const looking = await checking(report('checked', 'web-02', { action: 'unchanged' }));
  expect(await platform.ended(changing)).toMatchObject({
    status: 'Failed',
    error: expect.stringContaining('this task runs in check mode and must change nothing'),
  });
  expect(await platform.ended(looking)).toMatchObject({ status: 'Completed' });
  expect(await dataOf(looking)).toMatchObject({ resources: [{ name: 'web-02' }] });
  expect(await knownOf('checked')).toEqual(NOTHING);
});

it('Postgres refuses an entry of another infra, and any of a task without the lock', async () => {
  const engine = engineFunctions(platform.database);
  const worker = await engine.register();
  const entry = (infra: string) => ({
    state: 'done',
    change: 'create',
    infra,
    kind: 'server',
    name: 'web-01',
    provider: 'local',
    driver: 'local',
    before: null,
    after: { id: '1' },
  });
  const [task, checking] = [randomUUID(), randomUUID()];
  await rowsOf(
    platform.database,
    `insert into tasks (id, kind, name, status, infra, check_mode, program, verb, args, max_attempts, reconcilable, runner,
                        idempotency_key, created_by, created_by_name, request_id, attempt, worker_id)
       select id, 'workflow', 'create_servers', 'Running', 'sql', id = :checking, 'p', '{}', '{}', 1, false, 'command', id,
              gen_random_uuid(), 'tester', 'r', 1, :worker
         from unnest(array[:task::uuid, :checking::uuid]) as id`,
    { task, checking, worker },
  );
  const record = (id: string, ...infras: string[]) =>
    rowsOf(platform.database, RECORD_CHANGES, [id, 1, worker, JSON.stringify(infras.map(entry))]);
  await expect(record(task, 'sql')).rejects.toMatchObject({ code: '23514' });
  await rowsOf(platform.database, `select request_locks(array['sql'], ?, 'task')`, [task]);
  await expect(record(task, 'sql', 'victim')).rejects.toMatchObject({ code: '23514' });
  await expect(record(checking, 'sql')).rejects.toMatchObject({ code: '23514' });
  expect(await knownOf('sql')).toEqual(NOTHING);
  await record(task, 'sql');
  expect((await knownOf('sql')).journal).toEqual(['web-01']);
  expect(await knownOf('victim')).toEqual(NOTHING);
});
