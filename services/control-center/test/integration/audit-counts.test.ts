import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { AuditFilter } from '../../src/domain/audit/audit-log.js';
import { PostgresAuditCounts } from '../../src/postgres/audit/audit-counts.js';
import { PostgresAuditTrail } from '../../src/postgres/audit/audit-trail.js';
import { openTestDatabase, type TestKnex } from '../support/test-database.js';

const RECORDS = 95;
const AT = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

let test: TestKnex;
let counts: PostgresAuditCounts;

beforeAll(async () => {
  test = await openTestDatabase();
  counts = new PostgresAuditCounts(test.database, 10);
  await append(RECORDS);
});
afterAll(() => test.close());

const append = (many: number) =>
  test.database.transaction((transaction) =>
    new PostgresAuditTrail(transaction).appendNew(
      Array.from({ length: many }, (_, index) => ({
        eventId: uuidv7(),
        // Not in the order of the numbers, as records of two services are.
        at: AT(index % 7 === 0 ? index + 15 : index).toISOString(),
        service: 'orchestrator',
        userId: index % 4 === 0 ? null : `user-${index % 4}`,
        username: null,
        sessionId: null,
        ip: null,
        requestId: null,
        action: index % 3 === 0 ? 'server.create' : 'server.delete',
        resource: 'servers/web-01',
        result: 'success',
        details: '{}',
      })),
    ),
  );

const FILTERS: AuditFilter[] = [
  {},
  { userId: 'user-1' },
  { userId: 'nobody' },
  { action: 'server.create' },
  { userId: 'user-2', action: 'server.delete' },
  { from: AT(33) },
  { to: AT(41) },
  { from: AT(12), to: AT(77) },
  { userId: 'user-3', from: AT(8), to: AT(64) },
  { action: 'server.create', from: AT(200) },
];

async function everyCount(): Promise<void> {
  for (const filter of FILTERS) {
    const { userId, action, from, to } = filter;
    const query = test.database('audit_log').where({ ...(userId && { user_id: userId }), ...(action && { action }) }); // prettier-ignore
    if (from) void query.where('at', '>=', from.toISOString());
    if (to) void query.where('at', '<=', to.toISOString());
    const [counted] = await query.count<{ n: string | number }[]>({ n: '*' });
    expect([filter, await counts.count(filter)]).toEqual([filter, Number(counted?.n)]);
  }
}

const closeAll = async () => {
  let closed = 0;
  while (await counts.closeNext()) closed += 1;
  return closed;
};

it('is right before any segment was counted, and after', async () => {
  await everyCount();
  expect(await closeAll()).toBe(9);
  await everyCount();
  expect(await closeAll()).toBe(0);
});

it('is right when the beginning of a segment was dropped', async () => {
  await test.database('audit_heads').insert({
    seq: '24',
    hash: '0'.repeat(64),
    at: AT(0).toISOString(),
    key_id: '0'.repeat(16),
    signature: 'none',
  });
  await test.database.raw('select drop_audit_records(24)');
  await everyCount();
  await append(10);
  await closeAll();
  const rows = await test.database('audit_segments').orderBy('upto').select('upto');
  expect(rows.map(({ upto }: { upto: string }) => Number(upto))).toEqual([30, 40, 50, 60, 70, 80, 90, 100]);
  await everyCount();
});
