import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { recordingApp } from './support/recording-app.js';

const { app, handled } = recordingApp('orchestrator');
const BODY = { infra: 'production', settings: 'config.ncl' };
const CREATE = '/workflows/servers/create';

const post = (path: string, bytes: Buffer | string, headers: Record<string, string> = {}) => {
  const request = supertest(app)
    .post(path)
    .set({ Authorization: 'Bearer ann', 'Content-Type': 'application/json', ...headers });
  // The bytes are sent unchanged, regardless of the type.
  request.serialize((body: unknown) => body as string);
  return request.send(Buffer.from(bytes) as unknown as object);
};
const json = JSON.stringify(BODY);

/** A chain of so many operations. */
const batchOf = (size: number) => ({
  name: 'long',
  operations: Array.from({ length: size }, (_, index) => ({
    id: `o${index}`,
    type: 'command_batch',
    commands: ['deploy a b'],
    dependencies: index === 0 ? [] : [`o${index - 1}`],
  })),
});

describe('a compressed body', () => {
  const compressions = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const;

  it.each(compressions)('is read: %s', async (encoding, compress) => {
    await post(CREATE, compress(json), { 'Content-Encoding': encoding }).expect(200);
    expect(handled.pop()?.body).toMatchObject(BODY);
  });

  it.each(
    compressions.flatMap(([encoding, compress]) => [
      [encoding, 'not compressed', Buffer.from(json)] as const,
      [encoding, 'cut off', compress(json).subarray(0, -4)] as const,
      [encoding, 'altered', Buffer.concat([compress(json).subarray(0, 10), Buffer.alloc(20, 0xff)])] as const,
      [encoding.toUpperCase(), 'not compressed', Buffer.from(json)] as const,
    ]),
  )('%s that is %s is 400', async (encoding, _what, bytes) => {
    const { status, body } = await post(CREATE, bytes, { 'Content-Encoding': encoding });
    expect([status, body.code]).toEqual([400, 'malformed']);
    expect(body.error).toContain(`must be valid ${encoding.toLowerCase()}`);
  });

  it.each(['zip', 'gzip, gzip', 'x', ''])('in the encoding %j is 415 or read as it is', async (encoding) => {
    const { status } = await post(CREATE, json, { 'Content-Encoding': encoding });
    expect(status).toBe(encoding === '' ? 200 : 415);
  });

  it('is limited by its size after decompression', async () => {
    const bomb = gzipSync(JSON.stringify({ ...BODY, settings: 'a'.repeat(200_000) }));
    await post(CREATE, bomb, { 'Content-Encoding': 'gzip' }).expect(413);
  });
});

describe('text', () => {
  it.each(['UTF-8', 'utf-8', 'utf8', 'UTF8', '"utf-8"', '"UTF8"'])(
    'is UTF-8 as charset=%s',
    async (charset) => {
      await post(CREATE, json, { 'Content-Type': `application/json; charset=${charset}` }).expect(200);
    },
  );

  it.each(['utf-16', 'latin1', 'utf-8x', '"utf-16"', 'utf-8; charset=utf-16'])(
    'is in no other charset: %s',
    async (charset) => {
      await post(CREATE, json, { 'Content-Type': `application/json; charset=${charset}` }).expect(415);
    },
  );

  it.each([
    ['a byte that is not UTF-8', Buffer.from(json.replace('production', 'produ\xff'), 'latin1')],
    ['UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le')],
  ])('is refused with %s', async (_what, bytes) => {
    const { status, body } = await post(CREATE, bytes);
    expect([status, body.error]).toEqual([400, 'The body must be text in UTF-8.']);
  });

  it.each(['\\u0000', '\\ud800', '\\udc00\\ud800'])('that cannot be stored is 422: %s', async (escape) => {
    const batch = `{"name":"n","version":"a${escape}","operations":[]}`;
    const { status, body } = await post('/batch/execute', batch);
    expect([status, body.code, body.details[0].path]).toEqual([422, 'validation_failed', 'version']);
    expect(body.error).toContain('version contains');
    const { body: named } = await post('/batch/execute', `{"a${escape}":1}`).expect(422);
    expect(named.details[0]).toMatchObject({
      path: `"a${escape}"`,
      message: expect.stringContaining('name'),
    });
  });

  it('is read as sent, except for a leading byte order mark', async () => {
    const version = '\ufeff\u0001é😀\ufffd';
    await post('/batch/execute', `\ufeff${JSON.stringify({ ...batchOf(1), version })}`).expect(200);
    expect(handled.pop()?.body).toMatchObject({ version });
  });
});

describe('JSON', () => {
  it.each([
    [`{"infra":"staging","infra":"production","settings":"a.ncl"}`, CREATE, 'infra'],
    [
      `{"name":"n","operations":[{"id":"a"},{"id":"b","\\u0069d":"c"}]}`,
      '/batch/execute',
      'operations[1].id',
    ],
    [`{"__proto__":{},"__proto__":{}}`, CREATE, '__proto__'],
  ])('%s has a member twice', async (text, path, where) => {
    const { status, body } = await post(path, text);
    expect([status, body.error]).toEqual([400, `The body is ambiguous: ${where} is defined twice.`]);
    expect(body.details).toEqual([{ path: where, message: 'is defined twice' }]);
  });

  it('is refused before it is parsed where parsing would take long', async () => {
    const text = `{"name":"n","operations":[${'{},'.repeat(500_000)}{}]}`;
    const { body } = await post('/batch/execute', text).expect(400);
    expect(body.error).toBe('The body has more than 400000 objects and lists.');
  });
});

describe('a long body', () => {
  const SIZE = 10_000;
  const batch = (more: object = {}) => ({ ...batchOf(SIZE), ...more });

  it('is checked to its end, with its defaults filled in', async () => {
    await post('/batch/execute', JSON.stringify(batch())).expect(200);
    expect(handled.pop()?.body).toEqual(
      batch({ parallel_limit: 5, rollback_enabled: false, on_failure: 'continue' }),
    );
  });

  it('is answered with its first fault, at any position', async () => {
    const wrong = batch();
    Object.assign(wrong.operations[5_432]!, { retries: 'often' });
    const { body } = await post('/batch/execute', JSON.stringify(wrong)).expect(422);
    expect(body.details).toEqual([{ path: 'operations[5432].retries', message: 'must be a whole number' }]);
    const { body: shell } = await post('/batch/execute', JSON.stringify(batch({ nam: 'x' }))).expect(422);
    expect(shell.details).toEqual([{ path: 'nam', message: 'is not a known field. Did you mean "name"?' }]);
  });

  it('does not delay the answer to a later request', async () => {
    const server = createServer(app);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answered: string[] = [];
    let health: Promise<unknown> | undefined;
    server.on('request', (request) => {
      if (request.url !== '/batch/execute') return;
      request.once('end', () => {
        health = supertest(url)
          .get('/health')
          .expect(200)
          .then(() => answered.push('health'));
      });
    });
    await supertest(url).post('/batch/execute').set('Authorization', 'Bearer ann').send(batch()).expect(200);
    answered.push('batch');
    await health;
    server.close();
    expect(answered).toEqual(['health', 'batch']);
  });
});
