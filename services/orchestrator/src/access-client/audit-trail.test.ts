import { expect, it } from '@jest/globals';
import { Failure } from '@provisioning/errors';
import { silentLogger } from '@provisioning/runtime';
import type { AuditRecord } from '../domain/audit/audit-record.js';
import { RemoteAuditTrail, toEntry } from './audit-trail.js';

const nobody = { userId: null, username: null, sessionId: null, ip: null, requestId: null };
const record = (details: Record<string, unknown>, more: Partial<AuditRecord> = {}): AuditRecord => ({
  ...{
    eventId: 'e',
    at: new Date(0),
    actor: nobody,
    action: 'task.end',
    resource: 'tasks/1',
    result: 'success',
  },
  details,
  ...more,
});

it('keeps every record within the bounds of the contract, and names what was left out', () => {
  const { details, resource } = toEntry(
    record(
      { name: 'x', argv: ['ä'.repeat(10_000)], error: 'e'.repeat(9_000) },
      { resource: 'r'.repeat(400) },
    ),
  );
  expect(Buffer.byteLength(details)).toBeLessThanOrEqual(8 * 1024);
  expect(JSON.parse(details)).toEqual({ name: 'x', left_out: ['error', 'argv'] });
  expect(resource).toHaveLength(255);
});

it('sends no secrets', () => {
  const { details } = toEntry(
    record({ password: 'hunter2', argv: ['--header', 'Bearer eyJhbGciOi.eyJzdWIi.abc'] }),
  );
  expect(JSON.parse(details)).toEqual({ password: '[redacted]', argv: ['--header', 'Bearer [redacted]'] });
});

it('sends at most as many records at once as the contract allows', async () => {
  const sizes: number[] = [];
  const postText = (_path: string, body: string) => {
    sizes.push((JSON.parse(body) as { entries: unknown[] }).entries.length);
    return Promise.resolve(undefined);
  };
  await new RemoteAuditTrail({ postText }, silentLogger).append(
    Array.from({ length: 2_001 }, () => record({})),
  );
  expect(sizes).toEqual([1_000, 1_000, 1]);
});

it('continues after a conflict, which it logs, but not after any other failure', async () => {
  const errors: object[] = [];
  const log = { error: (_message: string, fields: object = {}) => void errors.push(fields) };
  let sent = 0;
  const answering = (kind: 'conflict' | 'unavailable') =>
    new RemoteAuditTrail(
      {
        postText: () => {
          sent += 1;
          return Promise.reject(new Failure(kind, 'e is known with another content.'));
        },
      },
      log,
    );
  const records = Array.from({ length: 1_001 }, () => record({}));
  await answering('conflict').append(records);
  expect([sent, errors.length]).toEqual([2, 2]);
  await expect(answering('unavailable').append(records)).rejects.toMatchObject({ kind: 'unavailable' });
  expect(sent).toBe(3);
});
