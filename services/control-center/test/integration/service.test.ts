import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { controlCenterOperations } from '@provisioning/contracts';
import { startTestApi, type TestApi } from '../support/test-api.js';

describe('the control center', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi({ RATE_LIMIT_AUTH: '3' });
  });
  afterAll(() => service.close());

  it.each([
    ['/health', 'Control Center is healthy'],
    ['/livez', 'alive'],
    ['/readyz', 'ready'],
  ])('answers %s without a token', async (path, data) => {
    const { body } = await service.http.get(path).expect(200);
    expect(body).toEqual({ success: true, data });
  });

  it('shows signed-in users what runs', async () => {
    await service.http.get('/version').expect(401);
    const { body } = await service.http
      .get('/version')
      .auth(await service.token(), { type: 'bearer' })
      .expect(200);
    const { rows } = await service.api.opened.database.raw('select max(name) as newest from migrations');
    expect(body).toMatchObject({
      data: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        commit: null,
        node: process.versions.node,
        mode: 'development',
      },
    });
    const { schema } = (body as { data: { schema: string } }).data;
    expect(`${schema}.js`).toBe(rows[0].newest);
  });

  it('shows its metrics and its contract', async () => {
    const metrics = await service.http.get('/metrics').expect(200);
    expect(metrics.text).toMatch(/http_requests_total\{.*route="\/health"/);
    const { body } = await service.http.get('/openapi.json').expect(200);
    expect(Object.keys((body as { paths: object }).paths)).toEqual(
      expect.arrayContaining(['/auth/login', '/users/{id}']),
    );
  });

  it('is not ready while a migration is missing', async () => {
    const { database } = service.api.opened;
    const [row] = await database('migrations').orderBy('id', 'desc').limit(1);
    await database('migrations').where({ id: row.id }).delete();
    const { body } = await service.http.get('/readyz').expect(503);
    expect(body).toMatchObject({
      success: false,
      error:
        'Not ready: migrations (the schema control_center lacks 1 of its migrations: run migrate). Details: /readyz?verbose',
    });
    await database('migrations').insert(row);
    await service.http.get('/readyz').expect(200);
  });

  it('implements every operation of its contract', async () => {
    const token = await service.token();
    for (const { id, method, path } of controlCenterOperations) {
      if (id === 'logout') continue;
      const url = path.replaceAll(/\{[a-z_]+\}/g, '00000000-0000-7000-8000-000000000000');
      const { status } = await service.http[method](url).auth(token, { type: 'bearer' });
      expect({ id, status }).not.toEqual({ id, status: 501 });
    }
  });

  it('limits sign-ins per client', async () => {
    const login = () =>
      service.http.post('/auth/login').send({ username: 'nobody', password: 'whatever it is' });
    let answer = await login();
    while (answer.status === 401) answer = await login();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await service.http.get('/health').expect(200);
  });
});
