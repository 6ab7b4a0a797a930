import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

type Report = (change: 'adopt' | 'create', transaction: Knex) => Promise<void>;

/** Two operations of a batch that are about the same server: one finds it, the other one makes it. */
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
  const attempts = {
    adopt: (await engine.claim(finder, worker))!,
    create: (await engine.claim(maker, worker))!,
  };
  const report: Report = async (change, transaction) => {
    const entry = {
      state: 'done',
      change,
      infra,
      kind: 'server',
      name: server.name,
      provider: 'local',
      driver: 'local',
      before: null,
      after: server,
    };
    const task = change === 'adopt' ? finder : maker;
    const bindings = [task, attempts[change], worker, JSON.stringify([entry])];
    await transaction.raw('select record_changes(?, ?, ?, ?)', bindings);
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
