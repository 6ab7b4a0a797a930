import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NewAuditRecord } from '../../src/domain/audit/audit-record.js';
import { PostgresAuditTrail } from '../../src/postgres/audit/audit-trail.js';
import { postgresUnitOfWork } from '../../src/postgres/unit-of-work.js';
import { newRecord } from '../support/audit-records.js';
import { openTestDatabase, type TestKnex } from '../support/test-database.js';

type Row = Record<string, string | null>;

describe('the audit trail', () => {
  let opened: TestKnex;
  beforeEach(async () => {
    opened = await openTestDatabase();
  });
  afterEach(() => opened.close());

  const rows = () => opened.database<Row>('audit_log').orderBy('seq') as Promise<Row[]>;
  const append = (...records: NewAuditRecord[]) =>
    opened.database.transaction((transaction) => new PostgresAuditTrail(transaction).appendAll(records));
  const only = async (record: NewAuditRecord) => {
    await append(record);
    return (await rows()).at(-1)!;
  };

  /** Written from docs/audit-format.md, not from the code. */
  const hashByTheBook = (row: Row) => {
    const members = [
      ['seq', row['seq']],
      ['prev_hash', row['prev_hash']],
      ['id', row['event_id']],
      ['timestamp', row['at']],
      ...['service', 'user_id', 'username', 'session_id', 'ip', 'request_id'].map((name) => [
        name,
        row[name],
      ]),
      ...['action', 'resource', 'result', 'details'].map((name) => [name, row[name]]),
    ] as [string, string | null][];
    const text = members.map(([name, value]) =>
      value === null ? `${name} -\n` : `${name} ${Buffer.from(value).length} ${value}\n`,
    );
    return createHash('sha256')
      .update(`provisioning-audit-v1\n${text.join('')}`)
      .digest('hex');
  };
  const mustBeOneChain = (all: Row[]) => {
    let before = '0'.repeat(64);
    for (const [index, row] of all.entries()) {
      expect(row).toMatchObject({ seq: String(index + 1), prev_hash: before, hash: hashByTheBook(row) });
      before = row['hash']!;
    }
  };

  it('stores records with their positions in the chain', async () => {
    const record = newRecord({ details: { before: { enabled: true }, after: { enabled: false } } });
    await append(
      record,
      newRecord({ userId: null, username: null, sessionId: null, ip: null, requestId: null }),
    );
    const all = await rows();
    expect(all[0]).toMatchObject({
      service: 'control-center',
      user_id: record.userId,
      username: 'ann',
      session_id: record.sessionId,
      ip: '192.0.2.1',
      request_id: 'request-1',
      action: 'user.create',
      resource: record.resource,
      result: 'success',
      details: '{"before":{"enabled":true},"after":{"enabled":false}}',
    });
    expect(all[0]!['at']).toBe(new Date(all[0]!['at']!).toISOString());
    expect(all[1]).toMatchObject({
      user_id: null,
      username: null,
      session_id: null,
      ip: null,
      request_id: null,
    });
    mustBeOneChain(all);
  });

  it('is one chain without forks when records arrive over 8 connections at once', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const member = fc.option(text);
    const record: fc.Arbitrary<NewAuditRecord> = fc.record({
      userId: member,
      username: member,
      sessionId: member,
      ip: member,
      requestId: member,
      action: text,
      resource: text,
      result: fc.constantFrom('success', 'denied', 'failure'),
      details: fc.dictionary(text, fc.jsonValue()),
    });
    const transactions = fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(transactions, { minLength: 8, maxLength: 8 }), async (connections) => {
        sent += connections.flat(2).length;
        await Promise.all(
          connections.map(async (list) => {
            for (const records of list) await append(...records);
          }),
        );
        const all = await rows();
        expect(all).toHaveLength(sent);
        mustBeOneChain(all);
      }),
      { numRuns: 15 },
    );
  });

  it('has neither a gap nor a record of a transaction that was rolled back', async () => {
    await append(newRecord());
    const work = postgresUnitOfWork(opened.database);
    const failing = work.run(async ({ audit }) => {
      await audit.append(newRecord({ action: 'user.delete' }));
      throw new Error('changed our mind');
    });
    await expect(failing).rejects.toThrow('changed our mind');
    await append(newRecord());
    const all = await rows();
    expect(all.map(({ action }) => action)).toEqual(['user.create', 'user.create']);
    mustBeOneChain(all);
  });

  it('holds no secret, and at most 8 KiB of details', async () => {
    const secret = await only(
      newRecord({
        details: { password: 'lantern-gravel', note: 'eyJhbGciOi.eyJzdWIiOi.x1', mfa_code: '123456' },
      }),
    );
    expect(secret['details']).toBe('{"password":"[redacted]","note":"[redacted]","mfa_code":"[redacted]"}');
    const long = await only(newRecord({ details: { text: '\u0001é'.repeat(5000) } }));
    expect(JSON.parse(long['details']!)).toMatchObject({ too_long: true, sha256: expect.any(String) });
    mustBeOneChain(await rows());
  });

  it('stores a repeated record once, and keeps the order', async () => {
    const event = (eventId: string) => ({
      ...newRecord({ action: eventId }),
      eventId,
      at: '2026-01-02T03:04:05Z',
      service: 'orchestrator',
      details: '{"n": 1e2}',
    });
    const send = (...ids: string[]) =>
      opened.database.transaction((transaction) =>
        new PostgresAuditTrail(transaction).appendNew(ids.map(event)),
      );
    expect(await Promise.all([send('b', 'a', 'b'), send('b', 'a', 'b')])).toEqual(
      expect.arrayContaining([2, 0]),
    );
    expect(await send('a', 'c', 'b')).toBe(1);
    const all = await rows();
    expect(all.map(({ event_id }) => event_id)).toEqual(['b', 'a', 'c']);
    expect(all[0]).toMatchObject({ at: '2026-01-02T03:04:05.000Z', details: '{"n": 1e2}' });
    mustBeOneChain(all);
  });

  it.each([
    ['changed', `update audit_log set result = 'denied'`],
    ['removed', 'delete from audit_log'],
    ['emptied', 'truncate audit_log'],
  ])('is not %s by anybody', async (_what, statement) => {
    await append(newRecord());
    await expect(opened.database.raw(statement)).rejects.toThrow('neither changed nor removed');
    expect(await rows()).toHaveLength(1);
  });

  it('answers 503 when it cannot be written, and rolls the change back', async () => {
    await opened.database.raw('alter table audit_log rename to elsewhere');
    const work = postgresUnitOfWork(opened.database);
    const changing = work.run(async ({ users, audit }) => {
      await users.insert({
        id: '0199a8f2-0000-7000-8000-000000000001',
        username: 'ann',
        email: 'ann@example.com',
        passwordHash: 'x',
        roles: [],
        enabled: true,
        createdAt: new Date(),
      });
      await audit.append(newRecord());
    });
    await expect(changing).rejects.toMatchObject({ kind: 'unavailable', code: 'audit_unavailable' });
    expect(await opened.database('users')).toEqual([]);
  });
});
