import { createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { auditLines } from '../support/audit-reader.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

interface Head {
  seq: number;
  hash: string;
  timestamp: string;
  key_id: string;
  signature: string;
}

describe('the proof of the audit trail', () => {
  let folder: TemporaryFolder;
  let file: string;
  let service: TestApi;
  let token: string;
  let isOpen: boolean;
  beforeEach(async () => {
    folder = await temporaryFolder('audit-proof');
    file = join(folder.path, 'heads.jsonl');
    service = await startTestApi({
      AUDIT_CHECKPOINTS_FILE: file,
      AUDIT_CHECKPOINT_RECORDS: '2',
      AUDIT_CHECKPOINT_SECONDS: '1',
    });
    isOpen = true;
    token = await service.token();
  });
  afterEach(async () => {
    if (isOpen) await service.close();
    await folder.remove();
  });

  const get = (path: string) => service.http.get(path).auth(token, { type: 'bearer' });
  const dataOf = async <T>(path: string) => ((await get(path).expect(200)).body as { data: T }).data;
  const linesOf = async () =>
    (await readFile(file, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Head);

  it('is returned to auditors with the newest signed checkpoint, and recorded', async () => {
    await auditLines(service, token);
    await auditLines(service, token);
    await waitFor(async () => (await dataOf<Head[]>('/audit/heads')).length > 0);
    const proof = await dataOf<{ checked: number; head: Head }>('/audit/verify');
    expect(proof).toMatchObject({ ok: true, first_bad_seq: null, reason: null });
    const [line] = await auditLines(service, token, '?action=audit.verify');
    expect(line).toMatchObject({ username: 'admin', details: { ok: true, checked: proof.checked } });
    await service.http.get('/audit/verify').expect(401);

    const [key] = await dataOf<{ key_id: string; public_key: string }[]>('/audit/keys');
    const { seq, hash, timestamp, key_id, signature } = proof.head;
    expect(key_id).toBe(key!.key_id);
    const text = `provisioning-audit-head-v1\nseq ${seq}\nhash ${hash}\ntimestamp ${timestamp}\n`;
    const publicKey = createPublicKey(key!.public_key);
    expect(verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it('names the record that is wrong', async () => {
    const [line] = await auditLines(service, token, '?action=user.create');
    await service.api.opened.database.transaction(async (transaction) => {
      await transaction.raw('set local session_replication_role = replica');
      await transaction.raw(`update audit_log set username = 'mallory' where seq = ?`, [line!.seq]);
    });
    expect(await dataOf('/audit/verify')).toMatchObject({
      ok: false,
      first_bad_seq: line!.seq,
      reason: expect.stringMatching(/was changed/),
    });
  });

  it.each(['from=2025-02-30', 'to=x', 'since=2025-01-01'])('is refused with %s', async (query) => {
    await get(`/audit/verify?${query}`).expect(400);
  });

  it('signs unsigned records at shutdown, outside the database too', async () => {
    const [newest] = await auditLines(service, token);
    await service.close();
    isOpen = false;
    const heads = await linesOf();
    expect(heads.at(-1)!.seq).toBe(newest!.seq + 1);
    expect(heads.map(({ seq }) => seq)).toEqual(
      [...new Set(heads.map(({ seq }) => seq))].sort((a, b) => a - b),
    );
  });

  it('returns all checkpoints as lines', async () => {
    await auditLines(service, token);
    // The checkpoint is in the file before it is in the database: see AuditSealer.
    await waitFor(async () => (await dataOf<Head[]>('/audit/heads')).length > 0);
    const answer = await get('/audit/heads').set('Accept', 'application/x-ndjson').buffer(true).expect(200);
    const heads = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Head);
    expect(heads[0]).toEqual((await linesOf())[0]);
  });
});
