import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import { PostgresRestoreStore } from '../../src/postgres/restore-store.js';
import { auditPlatform, type AuditPlatform } from '../support/audit-platform.js';
import { callAs, dataOf } from '../support/people.js';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

describe('after the database was restored from a backup', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi();
  });
  afterAll(() => service.close());

  const revocations = async (after = 0) =>
    dataOf<{ revocations: { kind: string; seq: number }[]; head: number; policy_revision: number }>(
      await service.internal
        .get(`/internal/revocations?after=${after}`)
        .auth(issueServiceToken(createKeyring([JWT_SECRET]), 'orchestrator'), { type: 'bearer' })
        .expect(200),
    );
  const me = async (token: string) => (await callAs(service, token)('get', '/auth/me')).status;
  const apiToken = async (session: string) => {
    const expires_at = new Date(Date.now() + 86_400_000).toISOString();
    const answer = await callAs(service, session)('post', '/tokens', {
      name: 't',
      roles: ['admin'],
      expires_at,
    });
    return dataOf<{ token: string }>(answer).token;
  };

  it('a report of an admin ends every session and API token, their own too, with one revocation', async () => {
    const [mine, other] = [await service.token(), await service.token()];
    const program = await apiToken(other);
    const before = await revocations();
    const wrong = await callAs(service, mine)('post', '/auth/restored', { username: 'somebody' }).expect(422);
    expect(wrong.body.error).toContain('must be your own username');
    expect([await me(mine), await me(program)]).toEqual([200, 200]);

    await callAs(service, mine)('post', '/auth/restored', { username: 'admin' }).expect(200);
    expect([await me(mine), await me(other), await me(program)]).toEqual([401, 401, 401]);
    const after = await revocations(before.head);
    expect(after.revocations.map(({ kind }) => kind)).toEqual(['all']);
    // Numbers that were used after the backup are not used again.
    expect(after.head).toBeGreaterThan(before.head + 1_000_000);
    expect(after.policy_revision).toBe(before.policy_revision + 1_000_000);
    expect(await me(await service.token())).toBe(200);
  });

  it('a process notices another cluster, and an announcement by migrate, once', async () => {
    const { database } = service.api.opened;
    const store = new PostgresRestoreStore(database);
    const by = { userId: null, username: null, sessionId: null, ip: null, requestId: null };
    const end = () => store.endAccess(undefined, by, new Date(), 0);
    expect([await store.isRestored(), await end()]).toEqual([false, false]);
    for (const restore of [
      () => database.raw(`update database_identity set system_identifier = '1'`),
      () => store.announce(),
    ]) {
      const token = await service.token();
      await restore();
      expect(await store.isRestored()).toBe(true);
      const ended = await Promise.all([end(), end()]);
      expect(ended.sort()).toEqual([false, true]);
      expect([await me(token), await store.isRestored()]).toEqual([401, false]);
    }
  });

  it('the audit trail states what was lost, verifies, and lists and counts what is left', async () => {
    const admin = callAs(service, await service.token());
    const verification = dataOf<{ ok: boolean; lost: { after: number; upto: number }[] }>(
      await admin('get', '/audit/verify').expect(200),
    );
    expect(verification).toMatchObject({ ok: true });
    expect(verification.lost).toHaveLength(3);
    const listed = await admin('get', '/audit/logs?limit=1000').expect(200);
    const seqs = dataOf<{ seq: number }[]>(listed).map(({ seq }) => seq);
    expect(listed.headers['x-total-count']).toBe(String(seqs.length));
    const page = await admin('get', '/audit/logs?limit=2&offset=3').expect(200);
    expect(dataOf<unknown[]>(page)).toHaveLength(2);
  });
});

describe('an audit trail with checkpoints of records that a restore has lost', () => {
  let platform: AuditPlatform;
  beforeAll(async () => {
    platform = await auditPlatform();
  });
  afterAll(() => platform.close());

  const record = (action: string) => ({
    userId: null,
    username: null,
    sessionId: null,
    ip: null,
    requestId: null,
    action,
    resource: 'audit/logs',
    result: 'success' as const,
    details: {},
  });

  it('verifies, seals and drops across the gap, and a removed record is still found', async () => {
    await platform.append(15);
    await platform.sealer.seal(true);
    // The backup was made here: 20 records and their checkpoints follow, and are lost.
    await platform.append(20);
    await platform.sealer.seal(true);
    await platform.tamper('delete from audit_log where seq > 15', 'delete from audit_heads where seq > 15');
    expect(await platform.verifier.verify()).toMatchObject({ ok: false, fault: { seq: 16 } });

    await new PostgresRestoreStore(platform.database).endAccess('A test.', record('x'), platform.now, 35);
    await platform.append(3);
    const verified = await platform.verifier.verify();
    expect(verified).toMatchObject({ ok: true, checked: 19, gaps: [{ after: 15, upto: 100_035 }] });
    // Signed at once: the signature covers what the trail says about the gap.
    expect(await platform.sealer.seal()).toBe(1);
    await platform.append(25);
    expect(await platform.sealer.seal()).toBe(2);
    const from = new Date(platform.now.getTime() - 1000);
    expect(await platform.verifier.verify({ from })).toMatchObject({ ok: true });

    platform.now = new Date(platform.now.getTime() + 3 * 86_400_000);
    await platform.append(1);
    await platform.sealer.seal(true);
    expect(await platform.retention(1).dropOld()).toBeGreaterThan(15);
    expect(await platform.verifier.verify()).toMatchObject({ ok: true });
    const { first, last } = await platform.records.bounds();
    expect((await platform.records.list({ limit: 10, offset: 0 })).total).toBe(last - first + 1);
    await platform.tamper('delete from audit_log where seq = (select max(seq) - 1 from audit_log)');
    expect(await platform.verifier.verify()).toMatchObject({ ok: false });
  });
});
