import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, rowsOf } from '@provisioning/runtime';
import { v7 as uuidv7 } from 'uuid';
import { noticeRestore } from '../../src/compose/hold.js';
import { HoldWatch } from '../../src/domain/hold/hold-watch.js';
import { PostgresHoldStore } from '../../src/postgres/hold/hold-store.js';
import { PostgresLedger } from '../../src/postgres/workers/worker-ledger.js';
import { createLedgerPool } from '../../src/postgres/workers/ledger-pool.js';
import { engineFunctions } from '../support/engine-functions.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;
let engine: ReturnType<typeof engineFunctions>;

beforeAll(async () => {
  api = await testApi();
  engine = engineFunctions(api.database);
});
afterAll(() => api.stop());

const admin = () => api.as('admin');
const operator = () => api.as('operator');

async function workflow(infra: string): Promise<string> {
  const answer = await operator().post('/workflows/servers/create').send({ infra, settings: 'config.json' });
  expect(answer.status).toBe(200);
  return answer.body.data as string;
}

async function batch(...infras: string[]): Promise<string> {
  const operations = infras.map((infra, index) => ({
    id: `op-${index}`,
    type: 'server_batch',
    provider: 'local',
    dependencies: index === 0 ? [] : [`op-${index - 1}`],
    infra,
    server_configs: [{ name: `s-${index}`, plan: 'small', zone: 'z' }],
  }));
  const answer = await operator()
    .post('/batch/execute')
    .send({ name: 'held', version: '1.0.0', storage_backend: 'filesystem', operations });
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return (answer.body.data as { batch_id: string }).batch_id;
}

const task = async (id: string) => (await admin().get(`/tasks/${id}`)).body.data as Record<string, unknown>;
const hold = async () => (await admin().get('/state/hold')).body.data;
const release = async (body: object) =>
  (await admin().post('/state/hold/release').send(body).expect(200)).body.data as Record<string, number>;
/** What an executor with room is given. */
const claimed = async () => {
  const worker = await engine.register();
  const rows = await rowsOf<{ claimed: { id: string; reconcile: boolean }[] }>(
    api.database,
    'select claim_next_tasks(?, 50, 50, 100) as claimed',
    [worker],
  );
  return rows[0]!.claimed.map(({ id, reconcile }) => (reconcile ? `reconcile ${id}` : id));
};
const sequence = async () =>
  Number((await rowsOf<{ seq: string }>(api.database, 'select max(seq) as seq from events'))[0]!.seq);

beforeEach(async () => {
  await release({ release: 'cancel' });
  // What a test left running.
  await api.database.raw(
    `select release_worker(id, 'ended', false, false) from workers where state = 'alive'`,
  );
  await api.database.raw(`update tasks set held = 'restored' where completed_at is null`);
  await release({ release: 'cancel' });
});

describe('a database that was restored from a backup', () => {
  it('is held: nothing is claimed, changes are refused with the reason, and reads go on', async () => {
    const running = await workflow('a');
    const worker = await engine.register();
    await engine.claim(running, worker);
    const queued = await workflow('a');
    const newest = await sequence();

    const held = await admin().post('/state/hold').send({ reason: 'Restored from the backup of Sunday.' });
    expect(held.body.data).toMatchObject({
      restored: { reason: 'Restored from the backup of Sunday.', released: [] },
      work: [{ infra: 'a', reason: 'restored', tasks: 2, unknown: 1 }],
    });
    // The executor finds itself declared dead, and ends its commands.
    expect(await engine.heartbeat(worker)).toBeNull();
    expect(await claimed()).toEqual([]);
    expect(await task(running)).toMatchObject({ status: 'Running', waiting_for: { reason: 'held' } });
    expect(await task(queued)).toMatchObject({ status: 'Pending', waiting_for: { reason: 'held' } });

    const refused = await operator()
      .post('/workflows/servers/create')
      .send({ infra: 'b', settings: 'x.json' });
    expect([refused.status, refused.body.code]).toEqual([503, 'restored_hold']);
    expect(refused.body.error).toContain('Restored from the backup of Sunday.');
    expect((await operator().post(`/tasks/${queued}/cancel`)).body.code).toBe('restored_hold');
    expect(await sequence()).toBeGreaterThan(newest + 1_000_000);
    const [told] = await rowsOf<{ details: object; actor: object }>(
      api.database,
      `select details, actor from events where type = 'told' order by seq desc limit 1`,
    );
    expect(told).toMatchObject({ details: { action: 'platform.hold' }, actor: { username: 'admin' } });
  });

  it('holds what a request submits that passed the check before the hold began', async () => {
    await new PostgresHoldStore(api.database).hold('Restored.', undefined);
    const late = await workflow('a');
    const late2 = await batch('a');
    expect(await task(late)).toMatchObject({ waiting_for: { reason: 'held' } });
    expect((await admin().get(`/batch/operations/${late2}`)).body.data.operations[0]).toMatchObject({
      waiting_for: { reason: 'held' },
    });
    expect(await claimed()).toEqual([]);
  });

  it('is noticed by its identifier, before which nothing is claimed', async () => {
    const queued = await workflow('a');
    const store = new PostgresHoldStore(api.database);
    const watch = new HoldWatch(store, silentLogger);
    await watch.start();
    expect((await hold()).restored).toBeNull();
    await api.database.raw(`update database_identity set system_identifier = '1'`);
    expect(await claimed()).toEqual([]);
    expect((await hold()).restored).toBeNull();
    await watch.look();
    expect(await hold()).toMatchObject({ restored: { released: [] }, work: [{ infra: 'a', tasks: 1 }] });
    expect(() => watch.refuseIfHeld('a')).toThrow('in another cluster than before');
    await release({ release: 'resume' });
    expect(await claimed()).toEqual([queued]);
  });

  it('is only a warning where another timeline of the same cluster goes on, as after a failover', async () => {
    await api.database.raw('update database_identity set timeline = timeline + 1');
    const store = new PostgresHoldStore(api.database);
    expect(await store.checkDatabase()).toBe('other_timeline');
    expect(await store.checkDatabase()).toBe('known');
    expect((await hold()).restored).toBeNull();
  });

  it('is held by a start with PROVISIONING_RESTORED, and not by one without', async () => {
    for (const restored of [true, false]) {
      await noticeRestore(api.database, silentLogger, restored);
      expect((await hold()).restored !== null).toBe(restored);
      await release({ release: 'cancel' });
    }
  });

  it('sends no webhook until everything is released', async () => {
    await admin().post('/state/hold').send({});
    await api.database.raw(
      `insert into webhooks (id, source, url, events, secret, enabled)
       values (gen_random_uuid(), 'api', 'https://203.0.113.7/', '{task.failed}', 's', true)`,
    );
    await rowsOf(
      api.database,
      `select add_deliveries('[{"event": "task.failed", "at": "2026-01-01T00:00:00Z", "data": "{}"}]')`,
    );
    const due = async () =>
      (await rowsOf(api.database, `select * from claim_deliveries('{}', 10, 20, 5)`)).length;
    expect(await due()).toBe(0);
    await release({ infras: ['a'], release: 'resume' });
    expect(await due()).toBe(0);
    await release({ release: 'resume' });
    expect(await due()).toBe(1);
    await api.database('webhooks').delete();
  });
});

describe('a release', () => {
  it('of one infra continues its work and accepts changes there alone; a batch waits for all of its infras', async () => {
    const [a, b] = [await workflow('a'), await workflow('b')];
    const both = await batch('c', 'd');
    await admin().post('/state/hold').send({});
    expect(await release({ infras: ['a'], release: 'resume' })).toMatchObject({
      tasks: 1,
      batches: 0,
      left: 3,
    });
    expect(await claimed()).toEqual([a]);
    await workflow('a');
    const elsewhere = await operator()
      .post('/workflows/servers/create')
      .send({ infra: 'b', settings: 'x.json' });
    expect(elsewhere.body.code).toBe('restored_hold');
    expect(await release({ infras: ['c'], release: 'resume' })).toMatchObject({ batches: 0, left: 3 });
    expect(await release({ infras: ['d'], release: 'resume' })).toMatchObject({ batches: 1, left: 1 });
    expect((await hold()).restored.released).toEqual(['a', 'c', 'd']);
    expect(await claimed()).toHaveLength(1);
    expect(await task(b)).toMatchObject({ status: 'Pending' });
    expect((await admin().get(`/batch/operations/${both}`)).body.data.status).toBe('Running');
  });

  it('with `reconcile` asks for the outcome of what was running, and cancels the rest', async () => {
    const running = await workflow('a');
    await engine.claim(running, await engine.register());
    const queued = await workflow('a');
    const started = await batch('b', 'b');
    const [first] = (await claimed()).slice(-1);
    await admin().post('/state/hold').send({});
    expect(await release({ release: 'reconcile' })).toEqual({
      batches: 1,
      tasks: 2,
      cancelled: 2,
      failed: 0,
      left: 0,
    });
    expect((await claimed()).sort()).toEqual([`reconcile ${running}`, `reconcile ${first}`].sort());
    expect(await task(queued)).toMatchObject({ status: 'Cancelled' });
    expect((await admin().get(`/batch/operations/${started}`)).body.data.status).toBe('Running');
  });

  it('with `reconcile` fails what cannot be determined, and with `resume` repeats it where that is safe', async () => {
    for (const [action, status] of [
      ['reconcile', 'Failed'],
      ['resume', 'Pending'],
    ] as const) {
      const running = await workflow('a');
      await engine.claim(running, await engine.register());
      await api.database('tasks').where({ id: running }).update({ reconcilable: false });
      await admin().post('/state/hold').send({});
      await release({ release: action });
      expect(await task(running)).toMatchObject({ status });
      await admin().post(`/tasks/${running}/cancel`);
    }
  });

  it('with `cancel` ends everything, and the infras are free', async () => {
    const running = await workflow('a');
    await engine.claim(running, await engine.register());
    const waiting = await batch('a', 'b');
    await admin().post('/state/hold').send({});
    expect(await release({ release: 'cancel' })).toMatchObject({
      batches: 1,
      tasks: 1,
      cancelled: 3,
      left: 0,
    });
    expect(await task(running)).toMatchObject({ status: 'Cancelled' });
    expect((await admin().get(`/batch/operations/${waiting}`)).body.data.status).toBe('Cancelled');
    expect((await admin().get('/state/locks')).body.data).toEqual([]);
    expect(await hold()).toEqual({ restored: null, work: [] });
  });

  it('ends what was being cancelled when the backup was made', async () => {
    const running = await workflow('a');
    await engine.claim(running, await engine.register());
    await operator().post(`/tasks/${running}/cancel`);
    await admin().post('/state/hold').send({});
    await release({ release: 'resume' });
    expect(await task(running)).toMatchObject({ status: 'Cancelled' });
  });

  it('is for admins', async () => {
    expect((await operator().post('/state/hold').send({})).status).toBe(403);
    expect((await operator().post('/state/hold/release').send({ release: 'cancel' })).status).toBe(403);
  });
});

describe('work that waited while no worker was alive', () => {
  const register = async (staleSeconds: number) => {
    const pool = createLedgerPool(
      api.database.client.config.connection.connectionString,
      'test',
      1,
      () => undefined,
    );
    const id = uuidv7();
    await new PostgresLedger(pool).register(
      { id, host: 'h', bootId: 'b', slot: 1, pid: 1 },
      30,
      staleSeconds,
    );
    await pool.end();
  };
  const daysAgo = async () => {
    await api.database.raw(`update workers set lease_until = now() - interval '3 days', state = 'dead'`);
    await api.database.raw(
      `update tasks set created_at = now() - interval '2 days' where completed_at is null`,
    );
  };

  it('is held when a worker returns, and changes are accepted', async () => {
    const old = await workflow('a');
    await daysAgo();
    const young = await workflow('b');
    await register(86_400);
    expect(await hold()).toMatchObject({ restored: null, work: [{ infra: 'a', reason: 'stale', tasks: 1 }] });
    expect(await claimed()).toEqual([young]);
    expect(await release({ infras: ['a'], release: 'resume' })).toMatchObject({ tasks: 1, left: 0 });
    expect(await claimed()).toEqual([old]);
  });

  it('starts where a worker was alive meanwhile, or where the limit is turned off', async () => {
    const old = await workflow('a');
    await daysAgo();
    await register(0);
    expect((await hold()).work).toEqual([]);
    await register(86_400);
    expect((await hold()).work).toEqual([]);
    expect(await claimed()).toEqual([old]);
  });
});
