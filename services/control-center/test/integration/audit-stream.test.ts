import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { startTestApi, type TestApi } from '../support/test-api.js';

const ROWS = 10_000;

describe('an export of the audit trail', () => {
  let service: TestApi;
  let pieces = 0;
  beforeAll(async () => {
    service = await startTestApi({ AUDIT_CHECKPOINT_RECORDS: '1000000' });
    const { database } = service.api.opened;
    // 40 MB; their hashes do not matter here.
    for (let from = 100; from < 100 + ROWS; from += 1000) {
      await database.raw(
        `insert into audit_log
         select n, 'event-' || n, '2026-01-01T00:00:00.000Z', 'orchestrator', null, null, null, null, null, 'server.create',
                'servers/web-' || n, 'success', '{"text":"' || repeat('x', 4000) || '"}',
                encode(sha256(n::text::bytea), 'hex'), encode(sha256((n + 1)::text::bytea), 'hex')
           from generate_series(:from::int, :from::int + 999) n`,
        { from },
      );
    }
    database.on('query', ({ sql }: { sql: string }) => {
      if (/order by "seq" asc/.test(sql)) pieces += 1;
    });
  });
  afterAll(() => service.close());

  it('reads no further ahead than its reader, and reaches the end', async () => {
    const token = await service.token();
    const { url } = service.http.get('/audit/logs') as unknown as { url: string };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: 'text/csv' };
      get(url, { headers }, resolve).on('error', reject);
    });
    // Without a reader, reading ahead fills the buffers and stops.
    let before = -1;
    await waitFor(async () => {
      const isStill = pieces === before;
      before = pieces;
      for (let n = 0; n < 20; n++) await service.http.get('/health').expect(200);
      return isStill && pieces > 0;
    });
    expect(pieces).toBeLessThan(ROWS / 500 / 2);
    let lines = 0;
    for await (const chunk of answer) lines += String(chunk).split('\n').length - 1;
    expect(lines).toBeGreaterThan(ROWS);
  });
});
