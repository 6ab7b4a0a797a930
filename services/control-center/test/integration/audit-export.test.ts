import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnNode, temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { auditLines } from '../support/audit-reader.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const script = fileURLToPath(new URL('../../../../deploy/verify-audit.mjs', import.meta.url));
const RECORDS = 12;

describe('the verifier of an export', () => {
  let folder: TemporaryFolder;
  let service: TestApi;
  let lines: string[];
  let heads: string[];
  beforeAll(async () => {
    folder = await temporaryFolder('audit-export');
    service = await startTestApi({ AUDIT_CHECKPOINT_RECORDS: '5', AUDIT_CHECKPOINT_SECONDS: '1' });
    const token = await service.token();
    for (let n = 0; n < RECORDS; n++) await auditLines(service, token, `?resource=line${n}%0Aé`);
    const get = (path: string, accept: string) =>
      service.http.get(path).auth(token, { type: 'bearer' }).set('Accept', accept).buffer(true).expect(200);
    const exported = async (path: string) =>
      (await get(path, 'application/x-ndjson')).text
        .trim()
        .split('\n')
        .filter((line) => line !== '');
    await waitFor(async () => (await exported('/audit/heads')).length >= 3);
    heads = await exported('/audit/heads');
    lines = await exported('/audit/logs');
    const { body } = await get('/audit/keys', 'application/json');
    await write('key.pem', (body as { data: { public_key: string }[] }).data[0]!.public_key);
  });
  afterAll(async () => {
    await service.close();
    await folder.remove();
  });

  const write = async (name: string, text: string) => {
    await writeFile(join(folder.path, name), text);
  };
  const run = async (...args: string[]) => {
    const child = spawnNode(script, { args, cwd: folder.path });
    const { code } = await child.exited;
    return { code, output: child.output() };
  };
  const WITH_HEADS = ['--heads', 'heads.jsonl', '--key', 'key.pem'];
  const verify = async (exported: string[], args = WITH_HEADS, signed = heads) => {
    await write('export.jsonl', `${exported.join('\n')}\n`);
    await write('heads.jsonl', `${signed.join('\n')}\n`);
    return run('export.jsonl', ...args);
  };
  /** A slow machine also signs for the time limit, after any number of records. */
  const signedRecords = () => heads.map((head) => (JSON.parse(head) as { seq: number }).seq);
  const unsignedRecord = () => [2, 3, 4, 6].find((seq) => !signedRecords().includes(seq));
  const changed = (index: number, change: (record: Record<string, unknown>) => object) =>
    lines.with(index, JSON.stringify(change(JSON.parse(lines[index]!) as Record<string, unknown>)));

  it('finds no fault in a valid export', async () => {
    const { code, output } = await verify(lines);
    expect(output).toMatch(
      new RegExp(`^ok: ${lines.length} records up to ${lines.length}, ${heads.length} heads`),
    );
    expect(code).toBe(0);
    expect(await verify(lines, [])).toMatchObject({
      code: 0,
      output: expect.stringContaining('without heads'),
    });
    const some = lines.filter((_line, index) => index % 3 === 1);
    expect(await verify(some, ['--filtered'])).toMatchObject({ code: 0 });
    expect(await verify(lines.slice(signedRecords()[0]))).toMatchObject({ code: 0 });
  });

  it.each<[string, string, () => string[]]>([
    [
      'who did it',
      'record 4 was changed',
      () => changed(3, (record) => ({ ...record, username: 'mallory' })),
    ],
    [
      'what is read of the details',
      'record 4 was changed',
      () => changed(3, (record) => ({ ...record, details: {} })),
    ],
    ['a hash', 'record 4 was changed', () => changed(3, (record) => ({ ...record, hash: 'f'.repeat(64) }))],
    ['that one was removed', 'record 4 is missing', () => lines.toSpliced(3, 1)],
    ['that one was put in', 'record 5 is missing', () => lines.toSpliced(4, 0, lines[1]!)],
    ['that two were swapped', 'record 4 is missing', () => lines.with(3, lines[4]!).with(4, lines[3]!)],
    ['that the beginning was cut off', 'records 1 to', () => lines.slice(unsignedRecord())],
    ['that the tail was cut off', 'records 8 to', () => lines.slice(0, 7)],
  ])('finds %s', async (_what, words, exported) => {
    const { code, output } = await verify(exported());
    expect(output).toContain(`NOT OK: ${words}`);
    expect(code).toBe(1);
  });

  it('finds unsigned checkpoints, and those of an unknown key', async () => {
    const forged = heads.with(0, heads[0]!.replace(/"hash":"./, '"hash":"x'));
    expect(await verify(lines, WITH_HEADS, forged)).toMatchObject({
      code: 1,
      output: expect.stringContaining('is invalid'),
    });
    const strange = heads.with(0, heads[0]!.replace(/"key_id":"./, '"key_id":"x'));
    expect(await verify(lines, WITH_HEADS, strange)).toMatchObject({
      code: 1,
      output: expect.stringContaining('key x'),
    });
  });

  it('prints its usage', async () => {
    expect(await run()).toMatchObject({ code: 2, output: expect.stringContaining('usage') });
    expect(await run('nowhere.jsonl')).toMatchObject({
      code: 2,
      output: expect.stringContaining('does not exist'),
    });
  });
});
