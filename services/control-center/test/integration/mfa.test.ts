import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcrypt';
import { stoppedClock } from '../support/clock.js';
import { addUser, auditOf, callAs, dataOf, PASSWORD, setUpMfa } from '../support/people.js';
import { ADMIN_PASSWORD, startTestApi, type TestApi } from '../support/test-api.js';
import { totpCode, wrongCode } from '../support/totp-code.js';

const STEP = 30_000;

describe('second factors', () => {
  const clock = stoppedClock();
  let service: TestApi;
  let user: { id: string; username: string };
  beforeAll(async () => {
    service = await startTestApi({}, { clock: clock.read });
  });
  beforeEach(async () => {
    // Locks and used codes of earlier tests have expired.
    clock.forward(60 * 60_000);
    user = await addUser(service);
  });
  afterAll(() => service.close());

  const signIn = (mfa_code?: string, password = PASSWORD) =>
    service.http.post('/auth/login').send({ username: user.username, password, mfa_code });
  const token = async (mfa_code?: string) =>
    dataOf<{ token: string }>(await signIn(mfa_code).expect(200)).token;
  const codeOf = (answer: { body: unknown }) => (answer.body as { code: string }).code;
  const rowOf = () =>
    service.api.opened.database('user_mfa').first().where({ user_id: user.id }) as Promise<
      Record<string, unknown>
    >;

  it('require the password, and have no effect until a code confirms them', async () => {
    const call = callAs(service, await token());
    const wrong = await call('post', '/auth/mfa/enroll', { password: 'wrong-password' }).expect(422);
    expect(codeOf(wrong)).toBe('reauthentication_failed');
    const { secret, otpauth_url, qr_code } = dataOf<Record<string, string>>(
      await call('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(200),
    );
    expect(otpauth_url).toContain(`secret=${secret}&issuer=Provisioning`);
    expect(qr_code).toMatch(/^data:image\/svg\+xml;base64,/);
    await signIn().expect(200);
    const refused = await call('post', '/auth/mfa/confirm', {
      code: wrongCode(secret!, clock.read()),
    }).expect(422);
    expect(codeOf(refused)).toBe('mfa_invalid');
    await signIn().expect(200);
    const confirmed = await call('post', '/auth/mfa/confirm', {
      code: totpCode(secret!, clock.read()),
    }).expect(200);
    expect(dataOf<{ recovery_codes: string[] }>(confirmed).recovery_codes).toHaveLength(10);
    expect(codeOf(await signIn().expect(401))).toBe('mfa_required');
    expect(codeOf(await call('post', '/auth/mfa/confirm', { code: '123456' }).expect(409))).toBe(
      'mfa_not_pending',
    );
  });

  it('end every other session when they are activated', async () => {
    const [other, own] = [await token(), await token()];
    await setUpMfa(service, own, clock.read());
    await callAs(service, other)('get', '/auth/sessions').expect(401);
    await callAs(service, own)('get', '/auth/sessions').expect(200);
    const admin = callAs(service, await service.token());
    expect(dataOf(await admin('get', `/users/${user.id}`).expect(200))).toMatchObject({ mfa_enabled: true });
  });

  it('are required by a sign-in that was in progress when they were activated', async () => {
    const call = callAs(service, await token());
    const { secret } = dataOf<{ secret: string }>(
      await call('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(200),
    );
    const compare = jest.spyOn(bcrypt, 'compare').mockImplementationOnce(async () => {
      await call('post', '/auth/mfa/confirm', { code: totpCode(secret, clock.read()) }).expect(200);
      return true;
    });
    expect(codeOf(await signIn().expect(401))).toBe('mfa_required');
    // The factor was read before it existed, and the user before that.
    const { database } = service.api.opened;
    compare.mockImplementationOnce(async () => {
      await database('users').where({ id: user.id }).increment('token_epoch', 1);
      return true;
    });
    await database('user_mfa').where({ user_id: user.id }).update({ secret: null, activated_at: null });
    expect(codeOf(await signIn().expect(401))).toBe('invalid_credentials');
    compare.mockRestore();
  });

  it('that are active stay so until a code of the next one confirms it', async () => {
    const { secret } = await setUpMfa(service, await token(), clock.read());
    clock.forward(STEP);
    const call = callAs(service, await token(totpCode(secret, clock.read())));
    expect(codeOf(await call('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(422))).toBe(
      'mfa_required',
    );
    clock.forward(STEP);
    const body = { password: PASSWORD, mfa_code: totpCode(secret, clock.read()) };
    const next = dataOf<{ secret: string }>(await call('post', '/auth/mfa/enroll', body).expect(200)).secret;
    clock.forward(STEP);
    await signIn(totpCode(next, clock.read())).expect(401);
    await signIn(totpCode(secret, clock.read())).expect(200);
    await call('post', '/auth/mfa/confirm', { code: totpCode(next, clock.read()) }).expect(200);
    clock.forward(STEP);
    await signIn(totpCode(secret, clock.read())).expect(401);
    await signIn(totpCode(next, clock.read())).expect(200);
  });

  it('are not confirmed after their time limit', async () => {
    const call = callAs(service, await token());
    const { secret } = dataOf<{ secret: string }>(
      await call('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(200),
    );
    clock.forward(15 * 60_000 + 1);
    await call('post', '/auth/mfa/confirm', { code: totpCode(secret, clock.read()) }).expect(409);
  });

  it('are asked for only after a correct password', async () => {
    const { secret } = await setUpMfa(service, await token(), clock.read());
    clock.forward(STEP);
    const code = totpCode(secret, clock.read());
    expect(codeOf(await signIn(code, 'wrong-password').expect(401))).toBe('invalid_credentials');
    expect(codeOf(await signIn(undefined, 'wrong-password').expect(401))).toBe('invalid_credentials');
    expect(codeOf(await signIn().expect(401))).toBe('mfa_required');
    expect(codeOf(await signIn(wrongCode(secret, clock.read())).expect(401))).toBe('mfa_invalid');
    await signIn(code).expect(200);
  });

  it('accept each code once, in any spelling and for any number of concurrent requests', async () => {
    const { secret } = await setUpMfa(service, await token(), clock.read());
    // The code that confirmed the factor is used up too.
    await signIn(totpCode(secret, clock.read())).expect(401);
    clock.forward(STEP);
    const code = totpCode(secret, clock.read());
    for (const spelling of [`${code}abc`, `${code}.0`, `1${code}`]) await signIn(spelling).expect(401);
    clock.forward(16 * 60_000);
    const now = totpCode(secret, clock.read());
    const answers = await Promise.all(Array.from({ length: 4 }, () => signIn(now)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    // An earlier code is refused after a later one, although its time is not over.
    await signIn(totpCode(secret, clock.read(), -1)).expect(401);
    await signIn(totpCode(secret, clock.read(), 1)).expect(200);
  });

  it('are locked for 15 minutes by five wrong codes, and by ten until an admin or a recovery code unlocks them', async () => {
    const { secret, recoveryCodes } = await setUpMfa(service, await token(), clock.read());
    clock.forward(2 * STEP);
    const right = () => signIn(totpCode(secret, clock.read()));
    const wrong = () => signIn(wrongCode(secret, clock.read())).expect(401);
    await Promise.all(Array.from({ length: 20 }, wrong));
    expect(await rowOf()).toMatchObject({ failures: 5 });
    expect(codeOf(await right().expect(401))).toBe('mfa_invalid');
    clock.forward(15 * 60_000);
    await right().expect(200);
    expect(await rowOf()).toMatchObject({ failures: 0 });

    for (let i = 0; i < 5; i += 1) await wrong();
    clock.forward(15 * 60_000);
    for (let i = 0; i < 5; i += 1) await wrong();
    clock.forward(24 * 60 * 60_000);
    await right().expect(401);
    await signIn(recoveryCodes[0]).expect(200);
    clock.forward(STEP);
    await right().expect(200);
    for (let i = 0; i < 5; i += 1) await wrong();
    clock.forward(15 * 60_000);
    for (let i = 0; i < 5; i += 1) await wrong();
    clock.forward(STEP);
    await right().expect(401);
    await callAs(service, await service.token())('delete', `/users/${user.id}/lock`).expect(200);
    await right().expect(200);
    const locks = (await auditOf(service, user.id)).filter(({ action }) => action === 'auth.lock');
    expect(locks.map(({ details }) => details)).toEqual([
      { of: 'mfa', failures: 5 },
      { of: 'mfa', failures: 5 },
      { of: 'mfa', failures: 10 },
      { of: 'mfa', failures: 5 },
      { of: 'mfa', failures: 10 },
    ]);
  });

  it('have recovery codes that are valid once and recorded in the audit trail', async () => {
    const { recoveryCodes } = await setUpMfa(service, await token(), clock.read());
    const [first = '', second = ''] = recoveryCodes;
    const answers = await Promise.all(Array.from({ length: 4 }, () => signIn(first)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    await signIn(second.toLowerCase().replaceAll('-', ' ')).expect(200);
    await signIn(second).expect(401);
    const used = (await auditOf(service, user.id)).filter(({ action }) => action === 'mfa.recovery_code_use');
    expect(used.map(({ details }) => details)).toEqual([{ codes_left: 9 }, { codes_left: 8 }]);
    const { database } = service.api.opened;
    const stored = (await database('mfa_recovery_codes').where({ user_id: user.id })) as { hash: Buffer }[];
    expect(stored.every(({ hash }) => hash.length === 32)).toBe(true);
  });

  it('create new recovery codes, which replace the old ones, and keep the session', async () => {
    const { secret, recoveryCodes } = await setUpMfa(service, await token(), clock.read());
    clock.forward(STEP);
    const mine = await token(totpCode(secret, clock.read()));
    const call = callAs(service, mine);
    clock.forward(STEP);
    const renewed = await call('post', '/auth/mfa/recovery-codes', {
      password: PASSWORD,
      mfa_code: totpCode(secret, clock.read()),
    }).expect(200);
    const { recovery_codes: codes } = dataOf<{ recovery_codes: string[] }>(renewed);
    await call('get', '/auth/sessions').expect(200);
    await signIn(recoveryCodes[0]).expect(401);
    await signIn(codes[0]).expect(200);
  });

  it('are deactivated with the password and a code', async () => {
    const { secret } = await setUpMfa(service, await token(), clock.read());
    clock.forward(STEP);
    const call = callAs(service, await token(totpCode(secret, clock.read())));
    clock.forward(STEP);
    const off = (body: object) => call('post', '/auth/mfa/disable', body);
    const mfa_code = totpCode(secret, clock.read());
    await off({ password: PASSWORD }).expect(422);
    await off({ password: 'wrong-password', mfa_code }).expect(422);
    await off({ password: PASSWORD, mfa_code: wrongCode(secret, clock.read()) }).expect(422);
    await signIn().expect(401);
    await off({ password: PASSWORD, mfa_code }).expect(200);
    await signIn().expect(200);
    expect(codeOf(await off({ password: PASSWORD }).expect(409))).toBe('mfa_not_enabled');
    expect(await rowOf()).toBeUndefined();
  });

  it.each([
    ['as an authenticator shows it', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
    ['with a no-break space', (code: string) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`],
    ['with a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    ['with blanks around', (code: string) => `  ${code}\t`],
    ['with a line end', (code: string) => `${code}\r\n`],
    [
      'in full-width digits',
      (code: string) => code.replaceAll(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))),
    ],
  ])('accept a code %s, for the confirmation and for a sign-in', async (_what, spell) => {
    const call = callAs(service, await token());
    const { secret } = dataOf<{ secret: string }>(
      await call('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(200),
    );
    await call('post', '/auth/mfa/confirm', { code: spell(totpCode(secret, clock.read())) }).expect(200);
    clock.forward(STEP);
    await signIn(spell(totpCode(secret, clock.read()))).expect(200);
    expect(await rowOf()).toMatchObject({ failures: 0 });
  });

  it('do not count a code without any significant character', async () => {
    await setUpMfa(service, await token(), clock.read());
    for (let i = 0; i < 6; i += 1) expect(codeOf(await signIn(' - ').expect(401))).toBe('mfa_required');
    expect(await rowOf()).toMatchObject({ failures: 0 });
  });

  it('are confirmed only by the session that created them', async () => {
    const [begun, other] = [callAs(service, await token()), callAs(service, await token())];
    const { secret } = dataOf<{ secret: string }>(
      await begun('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(200),
    );
    const code = totpCode(secret, clock.read());
    expect(codeOf(await other('post', '/auth/mfa/confirm', { code }).expect(409))).toBe('mfa_not_pending');
    await signIn().expect(200);
    await begun('post', '/auth/mfa/confirm', { code }).expect(200);
  });

  it('that are missing refuse every sign-in until an admin resets them', async () => {
    const mine = callAs(service, await token());
    await service.api.opened.database('users').where({ id: user.id }).update({ mfa_enabled: true });
    expect(codeOf(await signIn(undefined, 'wrong-password').expect(401))).toBe('invalid_credentials');
    for (const code of [undefined, '123456'])
      expect(codeOf(await signIn(code).expect(401))).toBe('mfa_missing');
    const change = { password: PASSWORD, new_password: 'another_secure_one' };
    expect(codeOf(await mine('post', '/auth/password', change).expect(422))).toBe('mfa_missing');
    expect(codeOf(await mine('post', '/auth/mfa/enroll', { password: PASSWORD }).expect(422))).toBe(
      'mfa_missing',
    );
    const denied = (await auditOf(service, user.id)).filter(({ result }) => result === 'denied');
    expect(denied.map(({ details }) => details['reason'])).toEqual([
      'wrong_password',
      'mfa_missing',
      'mfa_missing',
    ]);
    await callAs(service, await service.token())('delete', `/users/${user.id}/mfa`).expect(200);
    await signIn().expect(200);
  });

  it('are reset by an admin, which ends every session of the user', async () => {
    const mine = await token();
    await setUpMfa(service, mine, clock.read());
    await callAs(service, mine)('delete', `/users/${user.id}/mfa`).expect(403);
    await callAs(service, await service.token())('delete', `/users/${user.id}/mfa`).expect(200);
    await callAs(service, mine)('get', '/auth/sessions').expect(401);
    await signIn().expect(200);
    const { action, details } = (await auditOf(service, user.id)).find(
      ({ action }) => action === 'mfa.reset',
    )!;
    expect({ action, details }).toEqual({
      action: 'mfa.reset',
      details: { before: { mfa_enabled: true }, after: { mfa_enabled: false } },
    });
  });

  it('are encrypted in the database, each for its owner only', async () => {
    const { secret } = await setUpMfa(service, await token(), clock.read());
    const sealed = (await rowOf())['secret'] as Buffer;
    expect(sealed.includes(secret)).toBe(false);
    const { database } = service.api.opened;
    const other = await addUser(service);
    await database('user_mfa').insert({ user_id: other.id, secret: sealed, activated_at: clock.read() });
    clock.forward(STEP);
    const answer = await service.http
      .post('/auth/login')
      .send({ username: other.username, password: PASSWORD, mfa_code: totpCode(secret, clock.read()) })
      .expect(503);
    expect(codeOf(answer)).toBe('mfa_key_changed');
  });

  it('are recorded in the audit trail with all changes, without secrets', async () => {
    const { secret, recoveryCodes } = await setUpMfa(service, await token(), clock.read());
    await signIn().expect(401);
    await signIn(wrongCode(secret, clock.read())).expect(401);
    await signIn(totpCode(secret, clock.read())).expect(401);
    clock.forward(STEP);
    await signIn(totpCode(secret, clock.read())).expect(200);
    const events = (await auditOf(service, user.id)).filter(({ action }) => /^(auth|mfa)\./.test(action));
    expect(events.map(({ action, result, details }) => [action, result, details])).toEqual([
      ['auth.login', 'success', { second_factor: 'none' }],
      ['mfa.enroll', 'success', {}],
      ['mfa.confirm', 'success', {}],
      ['auth.login', 'denied', { reason: 'mfa_required' }],
      ['auth.login', 'denied', { reason: 'mfa_wrong_code' }],
      ['auth.login', 'denied', { reason: 'mfa_used_code' }],
      ['auth.login', 'success', { second_factor: 'totp' }],
    ]);
    const text = JSON.stringify(await service.api.opened.database('audit_log'));
    for (const hidden of [secret, ...recoveryCodes, PASSWORD]) expect(text).not.toContain(hidden);
  });
});

describe('where admins must have a second factor', () => {
  const clock = stoppedClock();
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi({ REQUIRE_ADMIN_MFA: 'true' }, { clock: clock.read });
  });
  afterAll(() => service.close());

  it('an admin without one gets a token that allows only the enrolment', async () => {
    const limited = await service.token();
    const call = callAs(service, limited);
    for (const [method, path] of [
      ['get', '/users'],
      ['get', '/auth/sessions'],
      ['get', '/tokens'],
      ['post', '/auth/mfa/disable'],
    ] as const) {
      const { body } = await call(method, path, method === 'get' ? undefined : {}).expect(403);
      expect(body).toMatchObject({ success: false, code: 'mfa_enrollment_required' });
    }
    const again = await service.http.post('/auth/refresh').send({ token: limited }).expect(200);
    const stillLimited = dataOf<{ token: string }>(again).token;
    await callAs(service, stillLimited)('get', '/users').expect(403);

    const { secret } = await setUpMfa(service, stillLimited, clock.read(), ADMIN_PASSWORD);
    await callAs(service, stillLimited)('get', '/users').expect(403);
    const whole = await service.http.post('/auth/refresh').send({ token: stillLimited }).expect(200);
    await callAs(service, dataOf<{ token: string }>(whole).token)('get', '/users').expect(200);

    clock.forward(STEP);
    const admin = { username: 'admin', password: ADMIN_PASSWORD };
    const signedIn = await service.http
      .post('/auth/login')
      .send({ ...admin, mfa_code: totpCode(secret, clock.read()) })
      .expect(200);
    const able = callAs(service, dataOf<{ token: string }>(signedIn).token);
    await able('get', '/users').expect(200);
    clock.forward(STEP);
    const off = { password: ADMIN_PASSWORD, mfa_code: totpCode(secret, clock.read()) };
    const { body } = await able('post', '/auth/mfa/disable', off).expect(409);
    expect(body).toMatchObject({ code: 'mfa_enrollment_required' });
    // A viewer needs none.
    const viewer = { username: 'vera', email: 'vera@example.com', password: PASSWORD, roles: ['viewer'] };
    await able('post', '/users', viewer).expect(201);
    await callAs(service, await service.token('vera', PASSWORD))('get', '/auth/sessions').expect(200);
  });
});
