import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import { controlCenterInternalOperations, controlCenterOperations } from '@provisioning/contracts';
import { v7 as uuidv7 } from 'uuid';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

const keyring = createKeyring([JWT_SECRET]);
const tokenOf = (service: string) => issueServiceToken(keyring, service);
const NO_ID = '0199a8f2-0000-7000-8000-000000000001';

let service: TestApi;
beforeAll(async () => {
  service = await startTestApi();
});
afterAll(() => service.close());

const entry = (from: string) => ({
  event_id: uuidv7(),
  timestamp: new Date().toISOString(),
  service: from,
  action: 'server.delete',
  user_id: null,
  username: 'ada',
  session_id: null,
  ip: null,
  request_id: null,
  resource: 'servers/web-01',
  result: 'success',
  details: '{}',
});
const decision = (from: string) => ({
  id: uuidv7(),
  timestamp: new Date().toISOString(),
  service: from,
  user_id: null,
  username: 'ada',
  email: '',
  roles: [],
  action: 'create',
  resource: 'servers:x',
  context: '{}',
  matched: '[]',
  request_ip: '',
  request_method: 'POST',
  request_path: '/',
  request_id: null,
  duration_ms: 1,
  decision: 'ALLOW',
  revision: 1,
});

describe('internal routes', () => {
  it('are not served on the public port to any caller', async () => {
    for (const { method, path } of controlCenterInternalOperations) {
      for (const token of [tokenOf('orchestrator'), await service.token()]) {
        const answer = await service.http[method](path).auth(token, { type: 'bearer' }).send({});
        expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'no_such_route']);
      }
    }
  });

  it('are the only routes of the internal port', async () => {
    for (const { method, path } of controlCenterOperations) {
      const url = path.replaceAll(/\{[a-z_]+\}/g, NO_ID);
      const answer = await service.internal[method](url).auth(tokenOf('orchestrator'), { type: 'bearer' });
      expect([url, answer.status]).toEqual([url, 404]);
    }
    await service.internal
      .get('/internal/policy-bundle')
      .auth(tokenOf('orchestrator'), { type: 'bearer' })
      .expect(200);
  });

  it('admit only the services that call them', async () => {
    for (const name of ['control-center', 'worker', '']) {
      const answer = await service.internal
        .get('/internal/revocations')
        .auth(tokenOf(name), { type: 'bearer' })
        .expect(403);
      expect(answer.body.code).toBe('unknown_service');
    }
  });

  it('accept only records of the sender: with one of another service, none is stored', async () => {
    const rows = async (table: string) =>
      Number((await service.api.opened.database(table).count())[0]!['count']);
    const sent = [
      ['/internal/audit', 'entries', 'audit_log', entry],
      ['/internal/decisions', 'decisions', 'decisions', decision],
    ] as const;
    for (const [path, member, table, record] of sent) {
      const before = await rows(table);
      const records = [record('orchestrator'), record('control-center')];
      const send = (list: readonly object[]) =>
        service.internal
          .post(path)
          .auth(tokenOf('orchestrator'), { type: 'bearer' })
          .send({ [member]: list });
      const { body } = await send(records).expect(403);
      expect(body).toMatchObject({ code: 'foreign_record', details: [{ path: `${member}[1].service` }] });
      expect(body.error).toContain(
        `${member}[1].service is "control-center", but the sender is "orchestrator"`,
      );
      expect(await rows(table)).toBe(before);
      await send(records.slice(0, 1)).expect(200);
      expect(await rows(table)).toBe(before + 1);
    }
  });
});

it('internal routes have a rate limit, which also counts failed guesses', async () => {
  const limited = await startTestApi({ RATE_LIMIT_INTERNAL: '3' });
  try {
    const ask = (token: string) =>
      limited.internal.get('/internal/revocations').auth(token, { type: 'bearer' });
    await ask(tokenOf('orchestrator')).expect(200);
    await ask('guess').expect(401);
    await limited.internal.get('/nothing').expect(404);
    const { headers } = await ask(tokenOf('orchestrator')).expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    // The budget of users is separate.
    await limited.http
      .get('/users')
      .auth(await limited.token(), { type: 'bearer' })
      .expect(200);
  } finally {
    await limited.close();
  }
});
