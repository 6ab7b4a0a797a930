import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkpointKeys } from '../../src/credentials/checkpoint-keys.js';
import { auditPlatform, type AuditPlatform } from '../support/audit-platform.js';

describe('the verification of the audit trail', () => {
  let platform: AuditPlatform;
  beforeEach(async () => {
    platform = await auditPlatform();
    await platform.append(35);
    await platform.sealer.seal(true);
  });
  afterEach(() => platform.close());

  const verify = () => platform.verifier.verify();
  const dropCheckpoints = () => platform.tamper('delete from audit_heads');

  it('finds no fault in a valid trail', async () => {
    const { ok, checked, checkpoint } = await verify();
    expect({ ok, checked, seq: checkpoint?.seq }).toEqual({ ok: true, checked: 35, seq: 35 });
    await platform.append(3);
    expect(await verify()).toMatchObject({ ok: true, checked: 38, fault: undefined });
  });

  it('signs a checkpoint every ten records, and for a rest that has waited for five minutes', async () => {
    const seqs = async () => (await platform.external.read()).map(({ seq }) => seq);
    expect(await seqs()).toEqual([10, 20, 30, 35]);
    await platform.append(25);
    expect(await platform.sealer.seal()).toBe(2);
    expect(await platform.sealer.seal()).toBe(0);
    platform.now = new Date(platform.now.getTime() + 300_000);
    expect(await platform.sealer.seal()).toBe(1);
    expect(await platform.sealer.seal(true)).toBe(0);
    expect(await seqs()).toEqual([10, 20, 30, 35, 45, 55, 60]);
    expect(await verify()).toMatchObject({ ok: true, checked: 60, checkpoint: { seq: 60 } });
  });

  it('has each checkpoint once when several processes sign at the same time', async () => {
    await platform.append(20);
    const signed = await Promise.all([platform.sealer.seal(true), platform.sealer.seal(true)]);
    expect(signed.sort()).toEqual([0, 2]);
  });

  /** Numbers of rows from one on grow by one; in two steps, since each must be free. */
  const makeRoomAt = (seq: number) => [
    `update audit_log set seq = seq + 1000 where seq >= ${seq}`,
    `update audit_log set seq = seq - 999 where seq >= 1000`,
  ];
  const copyOf = (seq: number, as: number, prevHash: string, hash: string) =>
    `insert into audit_log
     select ${as}, event_id || 'x', at, service, user_id, username, session_id, ip, request_id, action, resource, result,
            details, ${prevHash}, ${hash} from audit_log where seq = ${seq}`;

  it.each([
    [
      'one byte of the details',
      17,
      [`update audit_log set details = overlay(details placing '9' from 6) where seq = 17`],
    ],
    ['who did it', 12, [`update audit_log set user_id = null where seq = 12`]],
    [
      'one byte of a hash',
      20,
      [
        // Another digit than before.
        `update audit_log set hash = translate(left(hash, 1), '0123456789abcdef', '123456789abcdef0') || substr(hash, 2)
          where seq = 20`,
      ],
    ],
    ['the first record', 1, [`update audit_log set result = 'failure' where seq = 1`]],
    ['the last record', 35, [`update audit_log set at = '2026-01-01T00:00:00.001Z' where seq = 35`]],
  ])('finds that %s was changed', async (_what, seq, statements) => {
    await platform.tamper(...statements);
    expect(await verify()).toMatchObject({ ok: false, checked: seq - 1, fault: { seq } });
  });

  it.each([
    ['one record', 17, ['delete from audit_log where seq = 17']],
    ['the first', 1, ['delete from audit_log where seq = 1']],
    ['the first ten, up to a head', 1, ['delete from audit_log where seq <= 10']],
    ['a whole segment', 11, ['delete from audit_log where seq between 11 and 20']],
    [
      'one, and the numbers after it closed up',
      17,
      ['delete from audit_log where seq = 17', 'update audit_log set seq = seq - 1 where seq > 17'],
    ],
  ])('finds that %s was removed', async (_what, seq, statements) => {
    await platform.tamper(...statements);
    expect(await verify()).toMatchObject({ ok: false, fault: { seq } });
  });

  it.each([
    ['a copy', [...makeRoomAt(17), copyOf(16, 17, `'${'a'.repeat(64)}'`, 'hash')]],
    [
      'one that is linked to the one before',
      [
        // Replaces the record that had this predecessor.
        ...makeRoomAt(17),
        `update audit_log set prev_hash = '${'b'.repeat(64)}' where seq = 18`,
        copyOf(16, 17, '(select hash from audit_log where seq = 16)', `'${'c'.repeat(64)}'`),
      ],
    ],
  ])('finds that %s was inserted', async (_what, statements) => {
    await platform.tamper(...statements);
    expect(await verify()).toMatchObject({ ok: false, checked: 16, fault: { seq: 17 } });
  });

  it('finds that two records were swapped', async () => {
    await platform.tamper(
      'update audit_log set seq = 1000 where seq = 13',
      'update audit_log set seq = 13 where seq = 14',
      'update audit_log set seq = 14 where seq = 1000',
    );
    expect(await verify()).toMatchObject({ ok: false, checked: 12, fault: { seq: 13 } });
  });

  it('finds that the end was cut off, by the checkpoints inside and outside the database', async () => {
    await platform.tamper('delete from audit_log where seq > 31');
    expect(await verify()).toMatchObject({ ok: false, checked: 31, fault: { seq: 32 } });
    await dropCheckpoints();
    expect(await verify()).toMatchObject({ ok: false, fault: { seq: 32 }, checkpoint: { seq: 35 } });
    await platform.tamper('delete from audit_log');
    expect(await verify()).toMatchObject({ ok: false, checked: 0, fault: { seq: 1 } });
  });

  it('finds by a checkpoint that everything after a record was rewritten', async () => {
    await dropCheckpoints();
    await platform.tamper('delete from audit_log where seq > 31');
    await platform.append(10);
    expect(await verify()).toMatchObject({ ok: false, checked: 34, fault: { seq: 35 } });
  });

  it('finds checkpoints with a foreign signature', async () => {
    await platform.tamper(`update audit_heads set hash = '${'0'.repeat(64)}' where seq = 20`);
    expect(await verify()).toMatchObject({
      ok: false,
      fault: { seq: 20, reason: expect.stringMatching(/is invalid/) },
    });
  });

  it('finds foreign checkpoints outside the database, and ignores partial lines', async () => {
    const lines = await readFile(platform.file, 'utf8');
    await writeFile(platform.file, `${lines}{"seq": 36, "ha`);
    await platform.append(5);
    await platform.sealer.seal(true);
    expect(await platform.external.read()).toHaveLength(5);
    expect(await verify()).toMatchObject({ ok: true, checked: 40 });
    await appendFile(platform.file, lines.trim().split('\n')[0]!.replace('"seq":10', '"seq":11'));
    expect(await verify()).toMatchObject({ ok: false, fault: { seq: 11 } });
  });

  it('verifies checkpoints of earlier keys, and names unknown keys', async () => {
    const next = generateKeyPairSync('ed25519').privateKey;
    const stranger = await platform.verifierWith(checkpointKeys(next)).verify();
    expect(stranger).toMatchObject({
      ok: false,
      fault: { seq: 10, reason: expect.stringMatching(/AUDIT_PUBLIC_KEYS/) },
    });
    const both = checkpointKeys(next, [createPublicKey(platform.signingKey)]);
    expect(both.publicKeys.map(({ id }) => id)).toEqual(
      [checkpointKeys(next), platform.keys].map((keys) => keys.publicKeys[0]!.id),
    );
    expect(await platform.verifierWith(both).verify()).toMatchObject({ ok: true });
  });

  it('verifies a range, from the checkpoint before it', async () => {
    platform.now = new Date('2026-02-01T00:00:00Z');
    await platform.append(10);
    await platform.sealer.seal(true);
    const february = { from: new Date('2026-02-01T00:00:00Z') };
    expect(await platform.verifier.verify(february)).toMatchObject({ ok: true, checked: 10 });
    await platform.tamper(`update audit_log set result = 'failure' where seq = 3`);
    expect(await platform.verifier.verify(february)).toMatchObject({ ok: true, checked: 10 });
    expect(await platform.verifier.verify({ to: new Date('2026-01-15') })).toMatchObject({
      fault: { seq: 3 },
    });
    expect(await platform.verifier.verify({ from: new Date('2030-01-01') })).toMatchObject({
      ok: true,
      checked: 0,
    });
  });

  it('is valid after the retention dropped whole segments, which it recorded', async () => {
    platform.now = new Date('2026-02-01T00:00:00Z');
    await platform.append(20);
    await platform.sealer.seal(true);
    expect(await platform.retention(0).dropOld()).toBe(0);
    // 35 are older than 10 days; 36 to 55 are not.
    expect(await platform.retention(10).dropOld()).toBe(35);
    expect(await platform.retention(10).dropOld()).toBe(0);
    expect(await platform.records.bounds()).toEqual({ first: 36, last: 56 });
    const { records } = await platform.records.list({ action: 'audit.drop', limit: 1, offset: 0 });
    expect(JSON.parse(records[0]!.details)).toMatchObject({ upto: 35, retention_days: 10 });
    expect(await platform.database('audit_heads')).toHaveLength(6);
    expect(await verify()).toMatchObject({ ok: true, checked: 21 });
    await platform.tamper('delete from audit_log where seq <= 45');
    // 1 to 35 were dropped by the retention; the first that is missing comes after them.
    expect(await verify()).toMatchObject({ ok: false, fault: { seq: 36 } });
  });

  it('drops nothing from an invalid trail, nor what no checkpoint covers', async () => {
    platform.now = new Date('2026-03-01T00:00:00Z');
    await platform.tamper(`update audit_log set result = 'failure' where seq = 3`);
    await expect(platform.retention(10).dropOld()).rejects.toMatchObject({ code: 'audit_broken' });
    await expect(platform.database.raw('select drop_audit_records(33)')).rejects.toThrow(/no head/);
    expect(await platform.records.bounds()).toEqual({ first: 1, last: 35 });
  });

  it('always keeps one record, which the next one follows', async () => {
    platform.now = new Date('2026-03-01T00:00:00Z');
    expect(await platform.retention(10).dropOld()).toBe(35);
    await platform.append(1);
    expect(await platform.records.bounds()).toEqual({ first: 36, last: 38 });
    expect(await verify()).toMatchObject({ ok: true, checked: 3 });
  });
});
