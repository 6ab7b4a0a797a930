import { describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { recordingApp } from './support/recording-app.js';

const NO_ID = '0198f000-0000-7000-8000-000000000000';
/** A path with values for its parameters. */
const filled = (path: string) => path.replace('{kind}', 'server').replaceAll(/\{[a-z_]+\}/g, NO_ID);

describe.each(['orchestrator', 'control-center'] as const)('queries of the %s', (service) => {
  const { app, operations, handled, asked } = recordingApp(service);
  const agent = supertest.agent(app).set('Authorization', 'Bearer ann');
  const send = (method: 'get' | 'post' | 'put' | 'delete', path: string) => agent[method](filled(path));

  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s takes what it declares, and refuses the rest before the policies are asked',
    async (_id, { method, path, query, permission }) => {
      const { status, body } = await send(method, `${path}?infra_=staging`);
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({
          code: 'bad_parameter',
          error: expect.stringContaining('infra_ is not a query parameter of this operation.'),
          details: [expect.objectContaining({ path: 'infra_' })],
        }),
      ]);
      const allowed = Object.keys(query?.properties ?? {});
      expect(body.error).toContain(allowed.length > 0 ? `Allowed are ${allowed.join(', ')}.` : 'has none.');
      expect([handled, asked]).toEqual([[], []]);
      if (permission === 'public') return;
      await supertest(app)[method](filled(path) + '?infra_=x');
      expect([handled, asked]).toEqual([[], []]);
    },
  );

  it.each(['/livez', '/readyz', '/metrics', '/health'])(
    '%s refuses what it does not declare',
    async (path) => {
      await send('get', path).expect(200);
      await send('get', `${path}?stranger=1`).expect(400);
      handled.length = 0;
    },
  );
});

describe('a query', () => {
  const { app, handled, asked } = recordingApp('orchestrator');
  const agent = supertest.agent(app).set('Authorization', 'Bearer ann');
  const errorOf = async (path: string) => {
    const { status, body } = await agent.get(path);
    expect([path, status, body.code]).toEqual([path, 400, 'bad_parameter']);
    return (body as { error: string }).error;
  };

  it('is answered with the name that was probably meant', async () => {
    expect(await errorOf('/tasks?limt=5')).toBe(
      'limt is not a query parameter of this operation. Did you mean "limit"? Allowed are status, kind, infra, created_by, batch_id, q, from, to, sort, output, after, limit, offset.',
    );
    expect(await errorOf('/health?x')).toBe(
      'x is not a query parameter of this operation. This operation has none.',
    );
    expect(await errorOf('/tasks?%00=1')).toContain('"\\u0000" is not');
    expect(await errorOf('/tasks?__proto__=1')).toContain('__proto__ is not');
    expect(await errorOf('/tasks?constructor=1')).toContain('constructor is not');
  });

  it.each([
    ['limit=1&limit=2', 'limit must be given once'],
    ['status=Pending&status=Pending', 'status must be given once'],
    ['limit=0x10', 'limit must be a whole number in decimal digits'],
    ['limit=1e2', 'decimal digits'],
    ['limit=+5', 'decimal digits'],
    ['limit=%2B5', 'decimal digits'],
    ['limit=01', 'decimal digits'],
    ['limit=%2010', 'decimal digits'],
    ['limit=10%20', 'decimal digits'],
    ['limit=1.0', 'decimal digits'],
    ['limit=-0', 'decimal digits'],
    ['limit=', 'decimal digits'],
    ['limit', 'decimal digits'],
    ['limit=%D9%A3', 'decimal digits'],
    ['limit=0', 'limit must be from 1 to 1000'],
    ['offset=99999999999999999999', 'offset must be from 0 to'],
    ['limit=%zz', 'limit must be percent-encoded UTF-8'],
    ['limit=%', 'UTF-8'],
    ['status=%ff', 'status must be percent-encoded UTF-8'],
    ['status=%ed%a0%80', 'UTF-8'],
    ['%ff=1', 'UTF-8'],
    ['status=a%00', 'status contains the character U+0000'],
  ])('%s is refused', async (query, message) => {
    expect(await errorOf(`/tasks?${query}`)).toContain(message);
    expect(handled).toEqual([]);
  });

  it.each(['1', 'TRUE', 'True', 'yes', '', 'null'])('check_mode=%s is no boolean', async (text) => {
    const { status, body } = await agent.post(`/tasks/${NO_ID}/retry?check_mode=${text}`);
    expect([status, body.error]).toEqual([400, 'check_mode must be true or false.']);
  });

  it('reaches the handler with converted values and defaults, and nothing else', async () => {
    await agent.get('/tasks?limit=7&&').expect(200);
    await agent.post(`/tasks/${NO_ID}/retry?check_mode=true`).expect(200);
    await agent.get(`/state/journal?name=a+b%20c`).expect(200);
    expect(handled.map(({ query }) => query)).toEqual([
      { limit: 7, offset: 0, output: true, sort: '-created_at' },
      { check_mode: true },
      { name: 'a b c', limit: 50, offset: 0 },
    ]);
    expect(asked.map(({ context }) => context)).toEqual([{}, expect.anything(), expect.anything()]);
  });

  it('is ignored for pages, which are files', async () => {
    await agent.get('/docs/start.js?v=2').expect(200);
  });
});
