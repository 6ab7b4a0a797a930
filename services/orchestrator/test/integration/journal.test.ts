import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());

it('what one operation found before another one could report having made it counts as made', async () => {
  const infra = 'at-once';
  const server = { id: 'srv-1', name: 'web-01', plan: 'small', zone: 'de-fra1' };
  const operation = (id: string) => ({
    ...{ id, type: 'server_batch', provider: 'local', infra },
    server_configs: [{ name: server.name, plan: server.plan, zone: server.zone }],
  });
  const { body } = await api
    .as('operator')
    .post('/batch/execute')
    .send({ name: 'both', operations: [operation('finds'), operation('makes')] })
    .expect(200);
  const tasks = await api.database('tasks').where({ batch_id: body.data.batch_id }).orderBy('seq');
  const engine = engineFunctions(api.database);
  const worker = await engine.register();
  const report = async ({ id }: { id: string }, change: 'adopt' | 'create') => {
    const attempt = (await engine.claim(id, worker))!;
    const entry = {
      ...{ state: 'done', change, infra, kind: 'server', name: server.name, provider: 'local' },
      ...{ driver: 'local', before: null, after: server },
    };
    await api.database.raw('select record_changes(?, ?, ?, ?)', [
      id,
      attempt,
      worker,
      JSON.stringify([entry]),
    ]);
  };
  const journal = () => api.database('journal').where({ infra }).orderBy('seq').select('change', 'task_id');
  await report(tasks[0], 'adopt');
  expect(await journal()).toEqual([{ change: 'adopt', task_id: tasks[0].id }]);
  await report(tasks[1], 'create');
  expect(await journal()).toEqual([{ change: 'create', task_id: tasks[1].id }]);
  expect(await api.database('resources').where({ infra })).toHaveLength(1);
});
