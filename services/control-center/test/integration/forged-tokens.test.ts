import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createKeyring, issueServiceToken, issueToken, makeApiToken } from '@provisioning/auth-token';
import { v7 as uuidv7 } from 'uuid';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

let service: TestApi;
beforeAll(async () => {
  service = await startTestApi();
});
afterAll(() => service.close());

const OTHER = createKeyring(['another-secret-of-these-tests-0123456789']);

it('are recorded once for each address, reason and minute; missing and expired tokens are not', async () => {
  const get = (bearer: string) => service.http.get('/users').set('Authorization', bearer).expect(401);
  const subject = { userId: uuidv7(), username: 'eve', roles: ['admin'], sessionId: uuidv7() };
  const own = createKeyring([JWT_SECRET]);
  const good = issueToken(own, subject, 60).token;
  for (let i = 0; i < 3; i += 1) await get('Bearer rubbish');
  await get('Bearer a.b.c');
  await get('Basic YWRtaW46YWRtaW4=');
  await get(`Bearer ${issueToken(OTHER, subject, 60).token}`);
  await get(`Bearer ${good.slice(0, -4)}AAAA`);
  await get(`Bearer ${issueToken(own, subject, 60 * 24 * 60 * 60).token}`);
  await get(`Bearer ${makeApiToken()}`);
  await service.http.post('/auth/refresh').send({ token: 'rubbish' }).expect(401);
  await service.internal.get('/internal/policy-bundle').set('Authorization', `Bearer ${good}`).expect(401);
  await service.internal
    .get('/internal/policy-bundle')
    .set('Authorization', `Bearer ${issueServiceToken(OTHER, 'orchestrator')}`)
    .expect(401);
  // None of these is an attempt with a forged token.
  await service.http.get('/users').expect(401);
  await get(`Bearer ${issueToken(own, subject, 60, new Date(Date.now() - 600_000)).token}`);
  await get(`Bearer ${good}`);

  const { database } = service.api.opened;
  // The rest is written when the process ends.
  await service.api.refusedTokens.flush(true);
  const rows = (await database('audit_log').where({ action: 'auth.authenticate' })) as {
    ip: string;
    result: string;
    user_id: string | null;
    details: string;
  }[];
  const counts = new Map<string, number>();
  for (const { ip, result, user_id, details } of rows) {
    expect({ ip, result, user_id }).toEqual({ ip: '127.0.0.1', result: 'denied', user_id: null });
    const { reason, count } = JSON.parse(details) as { reason: string; count: number };
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  expect(Object.fromEntries(counts)).toEqual({
    malformed: 5,
    not_accepted: 2,
    unknown_key: 2,
    bad_signature: 1,
    bad_claims: 2,
  });
  expect(JSON.stringify(rows)).not.toContain('rubbish');
});
