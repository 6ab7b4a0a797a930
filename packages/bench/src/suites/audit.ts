import { createHash } from 'node:crypto';
import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { throughputOf, type Work } from '../compare.js';
import { ADMIN_PASSWORD, JWT_SECRET, type ControlCenter } from '../setting/control-center.js';
import { request } from '../setting/request.js';

const RECORDS = 2_000;
const AT_ONCE = 100;

/** Appends to the audit trail as the orchestrator does: a hundred records a call. */
export function auditAppends({ url }: ControlCenter, pool: pg.Pool): Work {
  const keyring = createKeyring([JWT_SECRET]);
  const calls = RECORDS / AT_ONCE;
  const entries = () => Array.from({ length: AT_ONCE }, entry);
  const perRecord = async (calls: Promise<number>) => (await calls) * AT_ONCE;
  return {
    id: 'audit-appends',
    title: `Append audit records, ${AT_ONCE} at a time`,
    unit: 'records/s',
    better: 'more',
    contenders: [
      {
        name: 'the same rows without a chain, straight into Postgres',
        measure: () => perRecord(throughputOf(calls, 1, () => insertBare(pool, entries()))),
      },
      {
        name: 'ours, over HTTP, chained',
        measure: () =>
          perRecord(
            throughputOf(calls, 1, async () => {
              const token = issueServiceToken(keyring, 'orchestrator');
              const { status, text } = await request(
                url,
                'POST',
                '/internal/audit',
                { entries: entries() },
                token,
              );
              if (status !== 200) throw new Error(`appending was answered with ${status}: ${text}`);
            }),
          ),
      },
    ],
  };
}

/** Verifies the whole chain that the appends have left. */
export async function auditVerification({ url }: ControlCenter, pool: pg.Pool): Promise<Work> {
  const login = await request(url, 'POST', '/auth/login', { username: 'admin', password: ADMIN_PASSWORD });
  // Safe cast: the contract of the operation defines this answer.
  const { token } = (JSON.parse(login.text) as { data: { token: string } }).data;
  return {
    id: 'audit-verification',
    title: 'Verify the audit chain',
    unit: 'records/s',
    better: 'more',
    contenders: [
      { name: 'reading the rows and hashing each', measure: () => readAndHash(pool) },
      {
        name: 'ours, GET /audit/verify',
        measure: async () => {
          const start = performance.now();
          const { text } = await request(url, 'GET', '/audit/verify', undefined, token);
          // Safe cast: the contract of the operation defines this answer.
          const { ok, checked } = (JSON.parse(text) as { data: { ok: boolean; checked: number } }).data;
          if (!ok) throw new Error('the chain of the benchmark does not hold');
          return (checked * 1000) / (performance.now() - start);
        },
      },
    ],
  };
}

function entry() {
  return {
    event_id: uuidv7(),
    timestamp: new Date().toISOString(),
    service: 'orchestrator',
    user_id: uuidv7(),
    username: 'ada',
    session_id: uuidv7(),
    ip: '192.0.2.7',
    request_id: uuidv7(),
    action: 'server.create',
    resource: 'servers/web-01',
    result: 'success',
    details: JSON.stringify({ infra: 'production', plan: '1xCPU-2 GB', zone: 'de-fra1' }),
  };
}

async function insertBare(pool: pg.Pool, entries: ReturnType<typeof entry>[]): Promise<void> {
  await pool.query(
    `insert into bench_records select * from jsonb_to_recordset($1) as r(event_id uuid, timestamp timestamptz, service text,
       user_id uuid, username text, session_id uuid, ip text, request_id text, action text, resource text, result text,
       details text)`,
    [JSON.stringify(entries)],
  );
}

/** The minimum work of any verification. */
async function readAndHash(pool: pg.Pool): Promise<number> {
  const start = performance.now();
  let after = 0;
  let done = 0;
  for (;;) {
    const { rows } = await pool.query<{ seq: string; record: string }>(
      'select seq, row_to_json(audit_log)::text as record from audit_log where seq > $1 order by seq limit 1000',
      [after],
    );
    if (rows.length === 0) return (done * 1000) / (performance.now() - start);
    for (const { record } of rows) createHash('sha256').update(record).digest('hex');
    after = Number(rows.at(-1)!.seq);
    done += rows.length;
  }
}

/** Creates the table of the bare contender. */
export async function bareTable(pool: pg.Pool): Promise<void> {
  await pool.query(`create table bench_records (event_id uuid primary key, timestamp timestamptz, service text, user_id uuid,
    username text, session_id uuid, ip text, request_id text, action text, resource text, result text, details text)`);
}
