import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeyring, issueServiceToken, RevocationSet, verifyToken } from '@provisioning/auth-token';
import type { Revocations } from '@provisioning/contracts';
import { describeWithRedis, ownRedis, waitFor } from '@provisioning/test-kit';
import { Redis } from 'ioredis';
import { writeRevocations } from '../../src/postgres/accounts/revocation-log.js';
import { ACCESS_CHANNEL } from '../../src/redis/access-signal.js';
import { stoppedClock } from '../support/clock.js';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

const keyring = createKeyring([JWT_SECRET]);
const PASSWORD = 'secure_password';
const NO_USER = '0199a8f2-0000-7000-8000-000000000001';

describe('revocations', () => {
  const clock = stoppedClock();
  let service: TestApi;
  let admin: string;
  let user: { id: string; username: string };
  let names = 0;
  beforeEach(async () => {
    service = await startTestApi({}, { clock: clock.read });
    admin = await service.token();
    const username = `user-${(names += 1)}`;
    const body = { username, email: `${username}@example.com`, password: PASSWORD, roles: ['viewer'] };
    const answer = await as(admin).post('/users').send(body).expect(201);
    user = { id: (answer.body as { data: { id: string } }).data.id, username };
  });
  afterEach(() => service.close());

  const as = (token: string) => ({
    post: (path: string) => service.http.post(path).auth(token, { type: 'bearer' }),
    put: (path: string) => service.http.put(path).auth(token, { type: 'bearer' }),
    get: (path: string) => service.http.get(path).auth(token, { type: 'bearer' }),
    delete: (path: string) => service.http.delete(path).auth(token, { type: 'bearer' }),
  });
  const inside = (token: string) => ({
    post: (path: string) => service.internal.post(path).auth(token, { type: 'bearer' }),
    get: (path: string) => service.internal.get(path).auth(token, { type: 'bearer' }),
  });
  const asService = () => issueServiceToken(keyring, 'orchestrator', clock.read());
  const revocations = async (after?: number) => {
    const query = after === undefined ? '' : `?after=${after}`;
    const token = issueServiceToken(keyring, 'orchestrator');
    const answer = await inside(token).get(`/internal/revocations${query}`).expect(200);
    return (answer.body as { data: Revocations }).data;
  };
  const known = async () => {
    const set = new RevocationSet();
    for (const one of (await revocations()).revocations) set.add(one);
    return set;
  };
  const claims = (token: string) => verifyToken(keyring, token, clock.read());
  const signIn = () => service.token(user.username, PASSWORD);
  const change = (body: object) => as(admin).put(`/users/${user.id}`).send(body).expect(200);

  const ends: [what: string, act: (theirs: string) => Promise<unknown>][] = [
    ['logout', (theirs) => as(theirs).post('/auth/logout').expect(200)],
    [
      'their own end of the session',
      (theirs) =>
        as(theirs)
          .delete(`/auth/sessions/${claims(theirs).sessionId}`)
          .expect(200),
    ],
    ['an admin’s end of their sessions', () => as(admin).delete(`/users/${user.id}/sessions`).expect(200)],
    ['refresh', (theirs) => service.http.post('/auth/refresh').send({ token: theirs }).expect(200)],
    ['a disabled user', () => change({ enabled: false })],
    ['new roles', () => change({ roles: ['operator'] })],
    ['a new password', () => change({ password: 'another_password' })],
    ['an MFA reset', () => as(admin).delete(`/users/${user.id}/mfa`).expect(200)],
    ['deletion', () => as(admin).delete(`/users/${user.id}`).expect(200)],
  ];
  it.each(ends)(
    'after %s the token is refused here at once, and published as revoked',
    async (_what, act) => {
      const theirs = await signIn();
      const before = await known();
      expect(before.isRevoked(claims(theirs))).toBe(false);
      await act(theirs);
      await as(theirs).post('/auth/logout').expect(401);
      expect((await known()).isRevoked(claims(theirs))).toBe(true);
      expect((await known()).isRevoked(claims(admin))).toBe(false);
    },
  );

  it('a sign-in within the same millisecond as the revocation of its user is valid', async () => {
    const first = await signIn();
    await change({ roles: ['operator'] });
    const second = await signIn();
    await change({ roles: ['viewer'] });
    const third = await signIn();
    const set = await known();
    expect([first, second, third].map((token) => set.isRevoked(claims(token)))).toEqual([true, true, false]);
    await as(third).post('/auth/logout').expect(200);
  });

  it('a process whose clock is behind revokes a token of one whose clock is ahead', async () => {
    clock.forward(2_000);
    const theirs = await signIn();
    clock.forward(-2_000);
    await change({ roles: ['operator'] });
    const next = await signIn();
    const set = await known();
    expect(set.isRevoked(claims(theirs))).toBe(true);
    expect(set.isRevoked(claims(next))).toBe(false);
  });

  it('a stolen token ends the session for both clients', async () => {
    const stolen = await signIn();
    const answer = await service.http.post('/auth/refresh').send({ token: stolen }).expect(200);
    const current = (answer.body as { data: { token: string } }).data.token;
    clock.forward(10_001);
    await service.http.post('/auth/refresh').send({ token: stolen }).expect(401);
    expect((await known()).isRevoked(claims(current))).toBe(true);
  });

  it('are listed in their order, after the requested one', async () => {
    for (let i = 0; i < 3; i += 1)
      await as(await signIn())
        .post('/auth/logout')
        .expect(200);
    const all = await revocations();
    expect(all.revocations.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(all).toMatchObject({ head: 3, policy_revision: expect.any(Number) });
    expect((await revocations(2)).revocations).toEqual(all.revocations.slice(2));
    expect(await revocations(3)).toMatchObject({ revocations: [], head: 3 });
  });

  it('are omitted once their tokens have expired', async () => {
    await as(await signIn())
      .post('/auth/logout')
      .expect(200);
    clock.forward(25 * 60 * 60_000);
    expect(await revocations()).toMatchObject({ revocations: [], head: 1 });
    clock.forward(-25 * 60 * 60_000);
  });

  it('are numbered in the order of their commits, without gaps, despite rollbacks', async () => {
    const { database } = service.api.opened;
    const one = { kind: 'session', subject: NO_USER, at: clock.read(), expiresAt: clock.read() } as const;
    const order: string[] = [];
    const write = async (name: string, written?: () => void, hold?: Promise<void>) => {
      await database.transaction(async (transaction) => {
        await writeRevocations(transaction, [one]);
        written?.();
        await hold;
        order.push(name);
        if (name === 'undone') throw new Error('undone');
      });
    };
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let first: Promise<void> = Promise.resolve();
    await new Promise<void>((written, failed) => {
      first = write('first', written, held);
      first.catch(failed);
    });
    const others = Promise.allSettled([write('undone'), write('second'), write('third')]);
    expect(await database('revocations')).toHaveLength(0);
    release();
    await Promise.all([first, others]);
    expect(order[0]).toBe('first');
    const rows = (await database('revocations').orderBy('seq').pluck('seq')) as string[];
    expect(rows).toEqual(['1', '2', '3']);
  });

  it('are not written when their change is rolled back', async () => {
    const theirs = await signIn();
    const { database } = service.api.opened;
    await database.raw('alter table audit_log rename to audit_log_away');
    await as(theirs).post('/auth/logout').expect(503);
    await database.raw('alter table audit_log_away rename to audit_log');
    expect(await revocations()).toMatchObject({ revocations: [], head: 0 });
    await as(theirs).post('/auth/logout').expect(200);
  });

  it('and principals are only for the other service', async () => {
    const { database } = service.api.opened;
    const ids = [user.id, NO_USER, 'no id'];
    const token = issueServiceToken(keyring, 'orchestrator');
    const { body } = await inside(token).post('/internal/principals').send({ ids }).expect(200);
    const { email } = (await database('users').first('email').where({ id: user.id })) as { email: string };
    expect(body).toEqual({
      success: true,
      data: [{ id: user.id, username: user.username, email, roles: ['viewer'], enabled: true }],
    });
    for (const wrong of [admin, asService().slice(0, -2)]) {
      await inside(wrong).get('/internal/revocations').expect(401);
      await inside(wrong).post('/internal/principals').send({ ids }).expect(401);
      await inside(wrong)
        .post('/internal/introspect')
        .send({ token_hash: '0'.repeat(64) })
        .expect(401);
    }
  });
});

describeWithRedis('the wake-up', () => {
  it('follows each commit that ends tokens, and is optional', async () => {
    const redis = await ownRedis();
    const service = await startTestApi({ REDIS_URL: redis.url });
    const listener = new Redis(redis.url);
    try {
      let received = 0;
      listener.on('message', () => (received += 1));
      await listener.subscribe(ACCESS_CHANNEL);
      const logout = async () => {
        const token = await service.token();
        await service.http.post('/auth/logout').auth(token, { type: 'bearer' }).expect(200);
      };
      await logout();
      await waitFor(() => received === 1);
      listener.disconnect();
      await redis.stop();
      await logout();
    } finally {
      listener.disconnect();
      await service.close();
      await redis.stop();
    }
  });
});
