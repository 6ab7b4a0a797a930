import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf } from '../../src/domain/access/scope.js';
import type { NewTask } from '../../src/domain/task/task.js';
import { PostgresScopeStore } from '../../src/postgres/access/scope-store.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';

const SCOPE = scopeOf(uuidv7(), []);

let clone: TestDatabase;
let database: Knex;
let store: PostgresTaskStore;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  const scopes = new PostgresScopeStore(database);
  // Known to the process, like the scopes of most submissions, so it is not stored again.
  await scopes.ensure([SCOPE]);
  store = new PostgresTaskStore(database, scopes);
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

function task(changes: Partial<NewTask> = {}): NewTask {
  return {
    id: uuidv7(),
    kind: 'workflow',
    name: 'create_servers',
    infra: 'production',
    checkMode: false,
    program: 'provisioning',
    verb: ['servers', 'create'],
    args: ['--infra', 'production'],
    maxAttempts: 3,
    reconcilable: true,
    retryOf: null,
    traceparent: undefined,
    createdBy: uuidv7(),
    createdByName: 'ada',
    requestId: 'request',
    scope: SCOPE,
    ...changes,
  };
}

describe('concurrent submissions', () => {
  it('are one transaction, in which each gets the result that it would have had alone', async () => {
    const tasks = [
      task({ infra: 'line' }),
      task({ infra: 'line' }),
      task({ infra: 'apart' }),
      task({ infra: 'line', checkMode: true }),
    ];
    const outcomes = await Promise.all(tasks.map((each) => store.submit(each, undefined)));
    expect(outcomes).toEqual(tasks.map(({ id }) => ({ outcome: 'created', taskId: id })));
    const ids = tasks.map(({ id }) => id);
    const [{ transactions } = { transactions: 0 }] = await rowsOf<{ transactions: number }>(
      database,
      'select count(distinct xmin::text)::int as transactions from tasks where id = any (?)',
      [ids],
    );
    expect(transactions).toBe(1);
    const recorded = await rowsOf<{ task_id: string; status: string }>(
      database,
      `select task_id, status from events where task_id = any (?) and type = 'submitted' order by seq`,
      [ids],
    );
    expect(recorded).toEqual(
      ['Ready', 'Waiting', 'Ready', 'Ready'].map((status, index) => ({ task_id: ids[index], status })),
    );
    expect((await store.find(ids[1]!))?.waitingFor).toEqual({
      reason: 'lock',
      infra: 'line',
      place: 1,
      holder: { id: ids[0], kind: 'task' },
    });
  });

  it('are queued behind earlier ones', async () => {
    const [first, second] = [task({ infra: 'taken' }), task({ infra: 'taken' })];
    await store.submit(first, undefined);
    await store.submit(second, undefined);
    expect((await store.find(first.id))!.status).toBe('Ready');
    expect((await store.find(second.id))!.status).toBe('Waiting');
    const { ready } = await store.cancel(first.id, 'ada');
    expect(ready).toEqual([second.id]);
  });

  it('recognise a repeated request among themselves, and a key of another request', async () => {
    const key = (requestHash: string) => ({ principal: 'ada', key: 'k', requestHash });
    const [first, repeat, other, none] = [task(), task(), task(), task({ checkMode: true })];
    const outcomes = await Promise.all([
      store.submit(first, key('same')),
      store.submit(repeat, key('same')),
      store.submit(other, key('other')),
      store.submit(none, undefined),
    ]);
    expect(outcomes).toMatchObject([
      { outcome: 'created', taskId: first.id },
      { outcome: 'replayed', taskId: first.id },
      { outcome: 'conflict' },
      { outcome: 'created', taskId: none.id },
    ]);
    expect(await store.find(repeat.id)).toBeUndefined();
  });

  it('are stored although one of them cannot be', async () => {
    const [good, bad, another] = [task({ checkMode: true }), task({ createdBy: 'nobody' }), task()];
    const outcomes = await Promise.allSettled(
      [good, bad, another].map((each) => store.submit(each, undefined)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.find(good.id)).toBeDefined();
    expect(await store.find(another.id)).toBeDefined();
  });

  it('never deadlock, for any order in two processes', async () => {
    const other = new PostgresTaskStore(database);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (let round = 0; round < 20; round++) {
      const submit = (by: PostgresTaskStore, name: string) =>
        by.submit(task({ infra: `circle-${name}` }), {
          principal: 'ada',
          key: `${round}-${name}`,
          requestHash: name,
        });
      const outcomes = await Promise.all([
        ...names.map((name) => submit(store, name)),
        ...[...names].reverse().map((name) => submit(other, name)),
      ]);
      expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(names.length);
      expect(outcomes.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(names.length);
    }
  });
});
