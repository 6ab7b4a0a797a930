import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { engineFunctions, RECORD_CHANGES } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

type Change = 'adopt' | 'create' | 'destroy';
type Report = (change: Change, transaction: Knex, state?: 'intended' | 'done') => Promise<void>;

/** Two operations of a batch on the same server: one finds or destroys it, the other one creates it. */
async function operationsOn(infra: string): Promise<{ finder: string; maker: string; report: Report }> {
  const server = { id: `srv-${infra}`, name: 'web-01', plan: 'small', zone: 'de-fra1' };
  const operation = (id: string) => ({
    id,
    type: 'server_batch',
    provider: 'local',
    infra,
    server_configs: [{ name: server.name, plan: server.plan, zone: server.zone }],
  });
  const { body } = await api
    .as('operator')
    .post('/batch/execute')
    .send({ name: infra, operations: [operation('finds'), operation('makes')] })
    .expect(200);
  const [finder, maker] = (await api
    .database('tasks')
    .where({ batch_id: body.data.batch_id })
    .orderBy('seq')
    .pluck('id')) as [string, string];
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const finding = (await engine.claim(finder, worker))!;
  const making = (await engine.claim(maker, worker))!;
  const report: Report = async (change, transaction, state = 'done') => {
    const after = state === 'intended' ? { name: server.name, plan: server.plan, zone: server.zone } : server;
    const entry = {
      state,
      change,
      infra,
      kind: 'server',
      name: server.name,
      provider: 'local',
      driver: 'local',
      before: change === 'destroy' ? server : null,
      after: change === 'destroy' ? null : after,
    };
    const [task, attempt] = change === 'create' ? [maker, making] : [finder, finding];
    const bindings = [task, attempt, worker, JSON.stringify([entry])];
    await transaction.raw(RECORD_CHANGES, bindings);
  };
  return { finder, maker, report };
}

const journalOf = (infra: string) =>
  api.database('journal').where({ infra }).orderBy('seq').select('change', 'task_id');

it('records a resource as created if an operation found it before its creation was reported', async () => {
  const infra = 'one-by-one';
  const { finder, maker, report } = await operationsOn(infra);
  await report('adopt', api.database);
  expect(await journalOf(infra)).toEqual([{ change: 'adopt', task_id: finder }]);
  await report('create', api.database);
  expect(await journalOf(infra)).toEqual([{ change: 'create', task_id: maker }]);
  expect(await api.database('resources').where({ infra })).toHaveLength(1);
});

it.each([
  ['adopt', 'create'],
  ['create', 'adopt'],
] as const)('records it as created if %s and %s are recorded at the same time', async (first, second) => {
  const infra = `${first}-first`;
  const { maker, report } = await operationsOn(infra);
  const transaction = await api.database.transaction();
  await report(first, transaction);
  const waiting = report(second, api.database);
  await waitFor(
    async () => {
      const { rows } = await api.database.raw<{ rows: unknown[] }>(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%record_changes%'
            and datname = current_database()`,
      );
      return rows.length === 1;
    },
    { what: 'the second record that waits for the first' },
  );
  await transaction.commit();
  await waiting;
  expect(await journalOf(infra)).toEqual([{ change: 'create', task_id: maker }]);
  expect(await api.database('resources').where({ infra })).toHaveLength(1);
});

it('records the creation of a resource that is destroyed before its creation was reported', async () => {
  const infra = 'destroyed-unreported';
  const { finder, maker, report } = await operationsOn(infra);
  await report('create', api.database, 'intended');
  await report('destroy', api.database);
  const both = [
    { change: 'create', task_id: maker },
    { change: 'destroy', task_id: finder },
  ];
  expect(await journalOf(infra)).toEqual(both);
  expect(await api.database('journal').where({ infra }).pluck('state')).toEqual(['done', 'done']);
  expect(await api.database('resources').where({ infra })).toEqual([]);
  await report('create', api.database);
  expect(await journalOf(infra)).toEqual(both);
  expect(await api.database('resources').where({ infra })).toEqual([]);
});

it('records no creation for the destruction of a resource that no operation was creating', async () => {
  const infra = 'destroyed-foreign';
  const { finder, report } = await operationsOn(infra);
  await report('destroy', api.database);
  expect(await journalOf(infra)).toEqual([{ change: 'destroy', task_id: finder }]);
});

it('records the entries of several attempts in the order in which they were reported', async () => {
  const infra = 'several';
  const { finder, maker, report } = await operationsOn(infra);
  await report('adopt', api.database);
  const worker = (await api.database('tasks').where({ id: finder }).first('worker_id')) as {
    worker_id: string;
  };
  const entry = (change: string, name: string, id: string, state = 'done') => {
    const body = { id, name, plan: 'small', zone: 'de-fra1' };
    const [before, after] = change === 'destroy' ? [body, null] : [null, body];
    return { state, change, infra, kind: 'server', name, provider: 'local', driver: 'local', before, after };
  };
  const entries = [
    [entry('create', 'web-02', 'a', 'intended'), entry('create', 'web-02', 'a')],
    [
      entry('destroy', 'web-02', 'a'),
      entry('create', 'web-03', 'b'),
      entry('create', 'web-02', 'c'),
      entry('create', 'web-02', 'c'),
    ],
    [entry('create', 'web-04', 'd')],
  ];
  const { rows } = await api.database.raw<{ rows: { accepted: boolean[] }[] }>(
    'select record_changes_together(?::uuid[], ?::uuid[], ?::int[], ?::jsonb[]) as accepted',
    [
      entries.map(() => worker.worker_id),
      [finder, maker, maker],
      [1, 1, 2],
      entries.map((each) => JSON.stringify(each)),
    ],
  );
  // The last attempt is not the worker's: nothing of it is recorded.
  expect(rows[0]!.accepted).toEqual([true, true, false]);
  const journal = await api
    .database('journal')
    .where({ infra })
    .whereNot({ name: 'web-01' })
    .orderBy('seq')
    .select('state', 'change', 'name', 'resource_id');
  expect(journal).toEqual([
    { state: 'done', change: 'create', name: 'web-02', resource_id: 'a' },
    { state: 'done', change: 'destroy', name: 'web-02', resource_id: 'a' },
    { state: 'done', change: 'create', name: 'web-03', resource_id: 'b' },
    { state: 'done', change: 'create', name: 'web-02', resource_id: 'c' },
  ]);
  const inventory = await api
    .database('resources')
    .where({ infra })
    .whereNot({ name: 'web-01' })
    .orderBy('name')
    .select('name', 'version', 'task_id');
  expect(inventory).toEqual([
    { name: 'web-02', version: 1, task_id: maker },
    { name: 'web-03', version: 1, task_id: maker },
  ]);
});
