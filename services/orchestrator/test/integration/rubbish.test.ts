import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi({ BATCH_COMMANDS: 'deploy=/usr/bin/deploy', RATE_LIMIT_BATCH: '0' });
});
afterAll(() => api.stop());

const operator = () => api.as('operator');
const execute = (body: object) => operator().post('/batch/execute').send(body);
const command = (id: string, more: object = {}) => ({
  id,
  type: 'command_batch',
  commands: ['deploy a b'],
  ...more,
});
const RUBBISH = 'a\0\ud800b';

describe('a batch with names that have a meaning in JavaScript', () => {
  it('is a batch like any other', async () => {
    const ids = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const { body } = await execute({
      name: 'constructor',
      operations: ids.map((id, index) => command(id, { infra: id, dependencies: ids.slice(0, index) })),
    }).expect(200);
    const { body: found } = await operator().get(`/batch/operations/${body.data.batch_id}`).expect(200);
    expect(found.data.operations.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(found.data.operations[3].dependencies).toEqual(ids.slice(0, 3));
  });

  it.each(['constructor', 'toString', '  ', '\t', '__proto__'])('runs no program %j', async (line) => {
    const operations = [command('a', { commands: [line] })];
    const { body } = await execute({ name: 'x', operations }).expect(422);
    expect(body.details[0].path).toBe('operations[0].commands[0]');
  });

  it('has no provider "constructor"', async () => {
    const operations = [{ id: 'a', type: 'cluster_batch', provider: 'constructor', cluster_type: 'k8s' }];
    await execute({ name: 'x', operations }).expect(422);
  });

  it('has no member "__proto__"', async () => {
    const body = JSON.stringify({ name: 'x', operations: [command('c')] });
    const { body: refused } = await operator()
      .post('/batch/execute')
      .type('json')
      .send(body.replace('{', '{"__proto__":{"parallel_limit":1},'))
      .expect(422);
    expect(JSON.stringify(refused.details)).toContain('__proto__');
  });
});

describe('text that Postgres cannot store', () => {
  const wholeBatch = (rubbish: Record<string, string>) => {
    const {
      version = 'v',
      storage = 's',
      command: line = 'a',
      undo = 'b',
      plan = 'p',
      label = 'l',
    } = rubbish;
    return {
      name: 'x',
      version,
      storage_backend: storage,
      operations: [
        command('c', { commands: [`deploy ${line}`], undo_commands: [`deploy ${undo}`] }),
        {
          id: 's',
          type: 'server_batch',
          provider: 'local',
          server_configs: [{ name: 'web', plan, zone: 'z', image: 'i', labels: { a: label } }],
        },
      ],
    };
  };

  it.each([
    ['version', 'version'],
    ['storage', 'storage_backend'],
    ['command', 'operations[0].commands[0]'],
    ['undo', 'operations[0].undo_commands[0]'],
    ['plan', 'operations[1].server_configs[0].plan'],
    ['label', 'operations[1].server_configs[0].labels.a'],
  ])('is refused at any position in a batch, and nothing is run: %s', async (member, path) => {
    const total = async () =>
      (await operator().get('/batch/operations?limit=1').expect(200)).headers['x-total-count'];
    const before = await total();
    for (const text of [RUBBISH, 'a\0', '\udc00']) {
      const { body } = await execute(wholeBatch({ [member]: text })).expect(422);
      expect([body.code, body.details[0].path]).toEqual(['validation_failed', path]);
    }
    expect(await total()).toBe(before);
    await execute(wholeBatch({ [member]: 'a\ufffd😀' })).expect(200);
  });

  it('is refused in a search of logs', async () => {
    const { body } = await execute({ name: 'x', operations: [command('c')] }).expect(200);
    await operator().get(`/tasks/${body.data.operations[0].task_id}/logs?search=%00`).expect(400);
  });

  it('is refused as a line number beyond the largest', async () => {
    const { body } = await execute({ name: 'x', operations: [command('c')] }).expect(200);
    const logs = `/tasks/${body.data.operations[0].task_id}/logs`;
    const { body: found } = await operator().get(`${logs}?after=${Number.MAX_SAFE_INTEGER}`).expect(200);
    expect(found.data).toEqual([]);
  });

  it.each([
    ['Idempotency-Key', 'k\u00e9'],
    ['traceparent', 'rubbish'],
    ['X-Request-Id', 'a'.repeat(5_000)],
  ])('in the header %s changes nothing', async (header, value) => {
    const { status } = await execute({ name: 'x', operations: [command('c')] }).set(header, value);
    expect([200, 400]).toContain(status);
  });
});

describe('the same Idempotency-Key in concurrent requests', () => {
  it('creates one batch, which all of them get', async () => {
    const key = `k-${process.pid}`;
    const agent = operator();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        agent
          .post('/batch/execute')
          .set('Idempotency-Key', key)
          .send({ name: 'x', operations: [command('c')] }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.data.batch_id as string)).size).toBe(1);
  });
});
