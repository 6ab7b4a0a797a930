import { rowsOf } from '@provisioning/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import type { AuditEntry } from '@provisioning/contracts';
import { waitFor, type NodeProcess } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import { PostgresAuditOutbox } from '../../src/postgres/audit/audit-outbox.js';
import { ApiProcess } from '../support/api-process.js';
import { FakeControlCenter, type Mood } from '../support/fake-control-center.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';

const KILLS = Number(process.env['AUDIT_KILLS'] ?? 12);
const SECRET = 'a-secret-of-the-storm-that-is-long-enough';
const BETWEEN_MS = 500;

let platform: TestPlatform;
let controlCenter: FakeControlCenter;
let apis: ApiProcess[];
let worker: NodeProcess;

beforeAll(async () => {
  platform = await testPlatform();
  controlCenter = new FakeControlCenter(SECRET);
  await controlCenter.start();
  apis = [1, 2].map(
    () =>
      new ApiProcess({
        DATABASE_URL: platform.databaseUrl,
        REDIS_URL: undefined,
        JWT_SECRET: SECRET,
        PROVISIONING_DATA_DIR: platform.dataDir,
        PROVISIONING_TEST_DRIVER: '1',
        CONTROL_CENTER_INTERNAL_URL: controlCenter.url,
        RATE_LIMIT_GENERAL: '0',
        RATE_LIMIT_BATCH: '0',
      }),
  );
  await Promise.all(apis.map((api) => api.start()));
  worker = await startWorker();
});
afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  await platform.stop();
  await controlCenter.stop();
});

const startWorker = () => platform.startWorker({ BATCH_COMMANDS: 'true,false,sleep', LOG_LEVEL: 'error' });

interface Answered {
  /** For accepted requests: the record that must exist. */
  accepted: { action: string; resource: string }[];
  /** For denied requests: the decisions. */
  denied: string[];
}

/** Sends requests until it is stopped; a request without an answer may or may not have been carried out. */
async function load(answered: Answered, stopped: AbortSignal, lane: number): Promise<void> {
  const userWith = (role: string) => {
    const subject = { userId: uuidv7(), username: role, roles: [role], sessionId: uuidv7() };
    return issueToken(createKeyring([SECRET]), subject, 3_600).token;
  };
  const [operator, viewer] = [userWith('operator'), userWith('viewer')];
  const send = async (token: string, path: string, body: unknown) => {
    const api = apis[Math.floor(Math.random() * apis.length)]!;
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(8_000),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const acts: (() => Promise<void>)[] = [
    async () => {
      const { status, body } = await send(operator, '/batch/execute', batchRequest());
      if (status !== 200) return;
      const { batch_id: batch } = body['data'] as { batch_id: string };
      answered.accepted.push({ action: 'batch.submit', resource: `batches/${batch}` });
      if (Math.random() < 0.3) {
        const cancelled = await send(operator, `/batch/operations/${batch}/cancel`, {});
        if (cancelled.status === 200)
          answered.accepted.push({ action: 'batch.cancel', resource: `batches/${batch}` });
      }
    },
    async () => {
      const request = { infra: `true-${lane}`, settings: 'config.ncl' };
      const { status, body } = await send(operator, '/workflows/servers/create', request);
      if (status === 200)
        answered.accepted.push({ action: 'workflow.submit', resource: `tasks/${body['data'] as string}` });
    },
    async () => {
      const { status, body } = await send(operator, '/rollback/checkpoints', { name: 'before' });
      if (status === 201)
        answered.accepted.push({
          action: 'checkpoint.create',
          resource: `checkpoints/${body['data'] as string}`,
        });
    },
    async () => {
      const { status, body } = await send(viewer, '/batch/execute', batchRequest());
      if (status === 403) answered.denied.push(body['decision_id'] as string);
    },
  ];
  while (!stopped.aborted) {
    await acts[Math.floor(Math.random() * acts.length)]!().catch(() => undefined);
    await sleep(200 + Math.random() * 600);
  }
}

function batchRequest() {
  const server = (name: string) => ({ name, plan: 'small', zone: 'de-fra1' });
  const infra = `i-${uuidv7().slice(-12)}`;
  return {
    name: 'storm',
    rollback_enabled: Math.random() < 0.5,
    operations: [
      {
        id: 'servers',
        type: 'server_batch',
        provider: 'local',
        infra,
        server_configs: [server('a'), server('b')],
      },
      {
        id: 'after',
        type: 'command_batch',
        infra,
        dependencies: ['servers'],
        retries: 1,
        commands: [Math.random() < 0.3 ? 'false' : 'true'],
      },
    ],
  };
}

/** Kills, stops and disturbs processes at random moments; every other time an API process, which forwards records. */
async function storm(): Promise<void> {
  for (let kills = 0; kills < KILLS; kills++) {
    const back: (() => Promise<unknown>)[] = [];
    if (kills % 2 === 0) {
      const api = apis[Math.floor(Math.random() * apis.length)]!;
      await api.kill();
      back.push(() => api.start());
    } else if (kills % 4 === 1) {
      await controlCenter.stop();
      back.push(() => controlCenter.start());
    } else if (Math.random() < 0.5) {
      worker.kill('SIGKILL');
      await worker.exited;
      back.push(async () => (worker = await startWorker()));
    } else {
      const [executor] = (await platform.executors()).slice(-1);
      try {
        process.kill(executor!, 'SIGKILL');
      } catch {
        // It has ended in the meantime.
      }
    }
    controlCenter.mood = (['well', 'well', 'loses answers', 'fails'] satisfies Mood[])[
      Math.floor(Math.random() * 4)
    ]!;
    await sleep(Math.random() * BETWEEN_MS);
    await Promise.all(back.map((act) => act()));
    await sleep(Math.random() * BETWEEN_MS);
  }
  controlCenter.mood = 'well';
}

const key = ({ action, resource }: { action: string; resource: string }) => `${action} ${resource}`;

function times(entries: readonly AuditEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
  return counts;
}

it('sends the audit trail each event exactly once, regardless of which process is killed when', async () => {
  const answered: Answered = { accepted: [], denied: [] };
  const over = new AbortController();
  const lanes = [1, 2, 3].map((lane) => load(answered, over.signal, lane));
  await storm();
  over.abort();
  await Promise.all(lanes);
  const open = () =>
    rowsOf(
      platform.database,
      `select from tasks where completed_at is null
      union all select from batches where completed_at is null`,
    );
  await waitFor(async () => (await open()).length === 0, { what: 'the end of all work' });
  const outbox = new PostgresAuditOutbox(platform.database);
  await waitFor(async () => (await outbox.read(1)).rows === 0, { what: 'the last record' });

  const { entries } = controlCenter;
  const counts = times(entries.filter(({ result }) => result !== 'denied'));
  const missing = (expected: { action: string; resource: string }[]) =>
    expected.map(key).filter((one) => counts.get(one) !== 1);

  // The answers that callers got agree with the audit trail.
  expect(answered.accepted.length).toBeGreaterThan(KILLS);
  expect(answered.denied.length).toBeGreaterThan(0);
  expect(missing(answered.accepted)).toEqual([]);
  const decisions = entries.map(
    ({ details }) => (JSON.parse(details) as { decision_id?: string }).decision_id,
  );
  expect(answered.denied.filter((id) => decisions.filter((one) => one === id).length !== 1)).toEqual([]);

  // So do the tables, answered or not.
  const query = (sql: string) => rowsOf<{ action: string; resource: string }>(platform.database, sql);
  const submitted = await query(
    `select 'workflow.submit' as action, 'tasks/' || id as resource from tasks where kind = 'workflow'
     union all select 'batch.submit', 'batches/' || id from batches
     union all select 'batch.end', 'batches/' || id from batches
     union all select 'checkpoint.create', 'checkpoints/' || id from checkpoints`,
  );
  expect(missing(submitted)).toEqual([]);
  expect(sum(counts, /^(workflow|batch)\.submit |^batch\.end |^checkpoint\.create /)).toBe(submitted.length);

  // Every attempt has begun once, regardless of crashes; everything that ended has ended once.
  const attempts = await rowsOf<{ id: string; n: number }>(
    platform.database,
    `select task_id as id, count(*)::int as n from events where type = 'started' and task_id is not null group by 1`,
  );
  expect(attempts.filter(({ id, n }) => counts.get(`task.start tasks/${id}`) !== n)).toEqual([]);
  const ends = entries.filter(({ action, details }) => action === 'task.end' && isTerminal(details));
  expect(new Set(ends.map(({ resource }) => resource)).size).toBe(ends.length);
  const [tasks] = await rowsOf<{ n: number }>(platform.database, 'select count(*)::int as n from tasks');
  expect(ends).toHaveLength(tasks!.n);

  const changes = entries.filter(({ action }) => /^(server|taskserv|cluster)\./.test(action));
  const [journal] = await rowsOf<{ n: number }>(
    platform.database,
    `select count(*)::int as n from journal where state in ('done', 'undone')`,
  );
  expect(journal!.n).toBeGreaterThan(0);
  expect(changes).toHaveLength(journal!.n);
  expect(changes.every(({ username }) => username === 'operator')).toBe(true);
});

function sum(counts: Map<string, number>, pattern: RegExp): number {
  return [...counts].reduce((all, [one, n]) => all + (pattern.test(one) ? n : 0), 0);
}

function isTerminal(details: string): boolean {
  return ['Completed', 'Failed', 'Cancelled'].includes((JSON.parse(details) as { status: string }).status);
}
