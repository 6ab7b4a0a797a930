import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import {
  cloneDatabase,
  freePort,
  spawnNode,
  temporaryFolder,
  waitFor,
  type NodeProcess,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { hashOf } from '../../src/domain/audit/chain.js';
import { PostgresAuditLog } from '../../src/postgres/audit/audit-log.js';
import { ADMIN_PASSWORD, JWT_SECRET } from '../support/test-api.js';

const script = fileURLToPath(new URL('../../dist/src/api.js', import.meta.url));
const KILLS = 6;

describe('the audit trail of a control center that is killed', () => {
  let server: TestDatabase;
  let folder: TemporaryFolder;
  let database: Knex;
  let running: NodeProcess | undefined;
  let internalPort: string;
  beforeEach(async () => {
    internalPort = String(await freePort());
    server = await cloneDatabase('control-center');
    folder = await temporaryFolder('audit-crash');
    database = createPostgres({
      url: server.url,
      schema: 'control_center',
      applicationName: 'test',
      log: silentLogger,
    });
  });
  afterEach(async () => {
    await running?.stop();
    await database.destroy();
    await server.drop();
    await folder.remove();
  });

  const start = async () => {
    running = spawnNode(script, {
      env: {
        DATABASE_URL: server.url,
        PROVISIONING_DATA_DIR: folder.path,
        CONTROL_CENTER_PORT: '0',
        INTERNAL_PORT: internalPort,
        JWT_SECRET,
        ADMIN_PASSWORD,
        BCRYPT_COST: '10',
        AUDIT_HEAD_RECORDS: '50',
        AUDIT_HEAD_SECONDS: '1',
        LOG_LEVEL: 'error',
      },
    });
    const { url } = await running.message<{ type: string; url: string }>('ready');
    return { process: running, url };
  };
  const entry = () => ({
    event_id: uuidv7(),
    timestamp: new Date().toISOString(),
    service: 'orchestrator',
    user_id: null,
    username: null,
    session_id: null,
    ip: null,
    request_id: null,
    action: 'server.create',
    resource: 'servers/web-01',
    result: 'success',
    details: '{}',
  });

  it('is one complete chain with each record once, at any moment of a kill -9', async () => {
    const log = new PostgresAuditLog(database);
    const entries = Array.from({ length: 8 }, () => [] as ReturnType<typeof entry>[]);
    for (let kill = 0; kill < KILLS; kill++) {
      const { process } = await start();
      const token = issueServiceToken(createKeyring([JWT_SECRET]), 'orchestrator');
      let answered = 0;
      let isKilled = false;
      // Like the orchestrator's outbox: records that were not acknowledged are sent again.
      const senders = entries.map(async (own) => {
        let unanswered = own.slice(-5);
        while (!isKilled) {
          if (unanswered.length === 0) own.push(...(unanswered = Array.from({ length: 5 }, entry)));
          const answer = await fetch(`http://127.0.0.1:${internalPort}/internal/audit`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ entries: unanswered }),
          }).catch(() => undefined);
          if (answer?.ok) {
            answered += 1;
            unanswered = [];
          }
        }
      });
      await waitFor(() => answered >= 10 + kill);
      process.kill('SIGKILL');
      isKilled = true;
      await process.exited;
      await Promise.all(senders);
      // A backend of the killed process may still be committing.
      await waitFor(async () => {
        const { rows } = (await database.raw(
          `select 1 from pg_stat_activity where datname = current_database() and application_name = 'control-center'`,
        )) as { rows: unknown[] };
        return rows.length === 0;
      });
    }
    const seen = new Map<string, number>();
    let before = { seq: 0, hash: '0'.repeat(64) };
    for await (const records of log.records(0, (await log.bounds()).last)) {
      for (const record of records) {
        expect(record).toMatchObject({ seq: before.seq + 1, prevHash: before.hash, hash: hashOf(record) });
        seen.set(record.eventId, (seen.get(record.eventId) ?? 0) + 1);
        before = record;
      }
    }
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    const sent = entries.flatMap((own) => own.map(({ event_id }) => event_id));
    // At most the last five of each sender, which were not acknowledged, may be missing.
    const mustBeThere = entries.flatMap((own) => own.slice(0, -5).map(({ event_id }) => event_id));
    expect(mustBeThere.filter((id) => !seen.has(id))).toEqual([]);
    expect(sent.length).toBeGreaterThan(KILLS * 10);
    const { url } = await start();
    await waitFor(async () => (await database('audit_heads').first()) !== undefined);
    expect(await verification(url)).toMatchObject({ ok: true, head: { seq: expect.any(Number) } });
    await running!.stop();
  });

  const verification = async (url: string) => {
    const login = await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }),
    });
    const { data } = (await login.json()) as { data: { token: string } };
    const answer = await fetch(`${url}/audit/verify`, { headers: { authorization: `Bearer ${data.token}` } });
    return ((await answer.json()) as { data: unknown }).data;
  };
});
