import { expect, it } from '@jest/globals';
import { AuditBacklog, MOST_ROWS, type Backlog } from './audit-backlog.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');

async function backlog(read: () => Promise<Backlog>): Promise<AuditBacklog> {
  const found = new AuditBacklog({ read }, () => NOW);
  await found.look();
  return found;
}
const ago = (seconds: number) => new Date(NOW - seconds * 1000);

it('allows changes up to 100,000 events and up to an hour, and none beyond', async () => {
  const passes = async (rows: number, oldest: Date | null) =>
    (await backlog(() => Promise.resolve({ rows, oldest }))).refuseIfFull();
  await expect(passes(0, null)).resolves.toBeUndefined();
  await expect(passes(MOST_ROWS, ago(3_600))).resolves.toBeUndefined();
  await expect(passes(MOST_ROWS + 1, ago(1))).rejects.toMatchObject({ code: 'audit_backlog' });
  await expect(passes(1, ago(3_601))).rejects.toMatchObject({ kind: 'unavailable', retryAfter: 30 });
});

it('uses the last known backlog when it cannot read it', async () => {
  let answers = 0;
  const found = await backlog(() =>
    answers++ === 0 ? Promise.resolve({ rows: 3, oldest: ago(5) }) : Promise.reject(new Error('away')),
  );
  await expect(found.look()).rejects.toThrow('away');
  expect([found.rows, found.seconds]).toEqual([3, 5]);
});
