import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addUser, auditOf, callAs, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const FRESH = 'meadow-quartz-orbit-3';

describe('a user’s own password', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi();
  });
  afterAll(() => service.close());

  it('is changed with the current one; other sessions end, and the one of the request continues', async () => {
    const user = await addUser(service);
    const [other, own] = [
      await service.token(user.username, PASSWORD),
      await service.token(user.username, PASSWORD),
    ];
    const call = callAs(service, own);
    const wrong = await call('post', '/auth/password', { password: 'wrong-password', new_password: FRESH });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'reauthentication_failed']);
    await call('post', '/auth/password', { password: PASSWORD, new_password: FRESH }).expect(200);
    await call('get', '/auth/sessions').expect(200);
    await callAs(service, other)('get', '/auth/sessions').expect(401);
    await service.http.post('/auth/login').send({ username: user.username, password: PASSWORD }).expect(401);
    await service.token(user.username, FRESH);
    const records = await auditOf(service, user.id);
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'user.update',
        result: 'success',
        details: expect.objectContaining({ password_changed: true }),
      }),
    );
    expect(JSON.stringify(records)).not.toContain(FRESH);
  });

  it('must follow the rules, and stays unchanged otherwise', async () => {
    const user = await addUser(service);
    const call = callAs(service, await service.token(user.username, PASSWORD));
    const refused = await call('post', '/auth/password', {
      password: PASSWORD,
      new_password: 'passwordpassword',
    });
    expect([refused.status, refused.body.details[0].path]).toEqual([422, 'new_password']);
    await service.token(user.username, PASSWORD);
  });
});
