import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithPromtool, promtool, samplesOf, waitFor } from '@provisioning/test-kit';
import { PostgresMaintenanceStore } from '../../src/postgres/workers/maintenance-store.js';
import { engineFunctions } from '../support/engine-functions.js';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';
import { testApi, type TestApi } from '../support/test-api.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.stop());
beforeEach(() =>
  api.database.raw(
    'truncate tasks, batches, event_rows, event_chunks, locks, idempotency_keys, tallies, workers, task_results',
  ),
);

const BATCH = {
  name: 'metered',
  operations: [
    {
      id: 'a',
      type: 'server_batch',
      provider: 'local',
      infra: 'planned',
      server_configs: [{ name: 'web-a', plan: 'small', zone: 'a' }],
    },
  ],
};

async function scrape(one: TestApi = api): Promise<Map<string, number>> {
  const { text } = await one.anonymous.get('/metrics').expect(200);
  return samplesOf(text);
}

async function submit(infra: string): Promise<string> {
  const { body } = await api
    .as('operator')
    .post('/workflows/servers/create')
    .send({ infra, settings: 'config.ncl' })
    .expect(200);
  return body.data as string;
}

/** Runs a task as an executor would; it began that many seconds ago. */
async function run(infra: string, status: 'Completed' | 'Failed' | 'Cancelled', seconds: number) {
  const engine = engineFunctions(api.database);
  const id = await submit(infra);
  const worker = await engine.register();
  const attempt = await engine.claim(id, worker);
  await rowsOf(api.database, 'update tasks set started_at = now() - make_interval(secs => ?) where id = ?', [
    seconds,
    id,
  ]);
  await engine.finish(id, attempt!, worker, status);
}

describe('the metrics of the API document', () => {
  it('count tasks by result, and the duration of those that completed or failed', async () => {
    const before = await scrape();
    expect(before.get('orchestrator_tasks_total{status="completed"}')).toBe(0);
    await run('a', 'Completed', 0.2);
    await run('b', 'Completed', 7);
    await run('c', 'Completed', 25);
    await run('d', 'Failed', 5_000);
    await run('e', 'Cancelled', 2);
    const waiting = await submit('f');
    await api.as('operator').post(`/tasks/${waiting}/cancel`).expect(200);

    const { text } = await api.anonymous.get('/metrics').expect(200);
    expect(text).toContain('# HELP orchestrator_tasks_total Total number of tasks');
    expect(text).toContain('# TYPE orchestrator_tasks_total counter');
    expect(text).toContain('# HELP orchestrator_task_duration_seconds Task execution duration');
    expect(text).toContain('# TYPE orchestrator_task_duration_seconds histogram');
    const samples = samplesOf(text);
    const total = (status: string) => samples.get(`orchestrator_tasks_total{status="${status}"}`);
    expect([total('completed'), total('failed'), total('cancelled')]).toEqual([3, 1, 2]);
    const within = (le: string) => samples.get(`orchestrator_task_duration_seconds_bucket{le="${le}"}`);
    expect(['1', '5', '10', '30', '3600', '+Inf'].map(within)).toEqual([1, 1, 2, 3, 3, 4]);
    expect(samples.get('orchestrator_task_duration_seconds_count')).toBe(4);
    const seconds = samples.get('orchestrator_task_duration_seconds_sum');
    expect(seconds).toBeGreaterThanOrEqual(5_032.2);
    expect(samples.get('orchestrator_tasks_submitted_total')).toBe(6);
  });

  it('never decrease, neither by a restart nor while they are summed up, and are equal for every process', async () => {
    await run('a', 'Completed', 3);
    const first = await scrape();
    const maintenance = new PostgresMaintenanceStore(api.database);
    const key = 'orchestrator_tasks_total{status="completed"}';
    const seen: number[] = [];
    let summing = true;
    const sums = (async () => {
      for (let n = 0; n < 20; n++) await maintenance.sumTallies();
      summing = false;
    })();
    while (summing) {
      const samples = await scrape();
      seen.push(samples.get(key)!);
    }
    await sums;
    expect(new Set(seen)).toEqual(new Set([first.get(key)]));

    await rowsOf(api.database, `update tallies set day = day - 400`);
    await maintenance.sumTallies();
    const counters = (samples: Map<string, number>) =>
      [...samples].filter(([name]) =>
        /^orchestrator_(tasks|batches|task_duration)\w*(_total|_bucket|_count)/.test(name),
      );
    expect(counters(await scrape())).toEqual(counters(first));
  });

  it('report what the platform waits for', async () => {
    await submit('same');
    await submit('same');
    await submit('other');
    await rowsOf(api.database, `update tasks set ready_at = now() - interval '1 hour' where infra = 'other'`);
    await engineFunctions(api.database).register();
    await engineFunctions(api.database).register(-10);
    const { body } = await api.as('operator').post('/plans').send({ batch: BATCH }).expect(201);
    await api
      .database('plans')
      .where({ id: body.data.id as string })
      .update({ status: 'Planned', planned_at: api.database.raw("now() - interval '2 hours'") });
    const samples = await scrape();
    expect(samples.get('orchestrator_plans_total{status="planning"}')).toBe(1);
    expect(samples.get('orchestrator_plans_total{status="stale"}')).toBe(0);
    expect(samples.get('orchestrator_plan_longest_wait_seconds')).toBeGreaterThanOrEqual(7200);
    expect(samples.get('orchestrator_queue_depth')).toBe(3);
    expect(samples.get('orchestrator_queue_oldest_age_seconds')).toBeGreaterThanOrEqual(3600);
    expect(samples.get('orchestrator_open_tasks{status="waiting"}')).toBe(1);
    expect(samples.get('orchestrator_open_tasks{status="retry_wait"}')).toBe(0);
    expect(samples.get('orchestrator_infra_locks{state="held"}')).toBe(2);
    expect(samples.get('orchestrator_infra_locks{state="waiting"}')).toBe(1);
    expect(samples.get('orchestrator_workers{state="alive"}')).toBe(1);
    expect(samples.get('orchestrator_workers{state="overdue"}')).toBe(1);
    expect(samples.get('orchestrator_worker_shortest_lease_seconds')).toBeGreaterThan(0);
    expect(samples.get('postgres_pool_connections{pool="main",state="waiting"}')).toBe(0);
    expect([...samples.keys()].some((name) => name.startsWith('nodejs_eventloop_lag_seconds'))).toBe(true);
    expect(samples.get('orchestrator_figures_up')).toBe(1);
  });

  it('are absent while Postgres is unavailable, and say so; the process’s own metrics are there', async () => {
    const away = await testApi();
    await away.database.destroy();
    const samples = await scrape(away);
    expect(samples.get('orchestrator_figures_up')).toBe(0);
    const stored = /^orchestrator_(tasks|task|batches|batch|rollbacks|open|queue|infra|workers?|journal)_/;
    expect([...samples.keys()].filter((name) => stored.test(name))).toEqual([]);
    expect(samples.get('process_start_time_seconds')).toBeGreaterThan(0);
    await away.stop();
  });
});

describe('the labels of requests', () => {
  it('are templates of routes, and one value for all unmatched requests', async () => {
    const id = await submit('a');
    await api.as('viewer').get(`/tasks/${id}`).expect(200);
    await api.as('viewer').get('/tasks/0198f000-0000-7000-8000-000000000000').expect(404);
    for (let n = 0; n < 5; n++) await api.anonymous.get(`/no/such/${n}`).expect(404);
    await api.anonymous.get('/tasks/%zz').expect(400);
    const samples = await scrape();
    const routes = new Set(
      [...samples.keys()].flatMap((name) => /^http_requests_total\{.*route="([^"]*)"/.exec(name)?.[1] ?? []),
    );
    expect([...routes].filter((route) => /\d|%|such/.test(route))).toEqual([]);
    expect(routes).toContain('/tasks/{id}');
    expect(routes).toContain('unmatched');
    expect(
      samples.get('http_request_duration_seconds_count{method="GET",route="/tasks/{id}",status="404"}'),
    ).toBeGreaterThan(0);
  });

  it('are shown only with METRICS_TOKEN, where it is set', async () => {
    const closed = await testApi({ METRICS_TOKEN: 'scrape-me' });
    const { headers, body } = await closed.anonymous.get('/metrics').expect(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(body).toMatchObject({ success: false, code: 'unauthenticated' });
    await closed.as('admin').get('/metrics').expect(401);
    await closed.anonymous.get('/metrics').set('Authorization', 'Bearer scrape-me').expect(200);
    await closed.stop();
  });
});

describeWithPromtool('Prometheus', () => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await testPlatform();
  });
  afterAll(() => platform.stop());

  it('finds no fault in the metrics of the API', async () => {
    await run('a', 'Completed', 3);
    const { text } = await api.anonymous.get('/metrics').expect(200);
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
  });

  it('finds no fault in the metrics of a worker, which count its work', async () => {
    const worker = await platform.startWorker();
    const { url } = await worker.message<{ type: string; url: string }>('ready');
    await platform.batchEnded(await platform.submitBatch({ operations: [commands('one', 'true')] }));
    const read = async () => (await fetch(`${url}/metrics`)).text();
    await waitFor(async () => samplesOf(await read()).get('orchestrator_worker_running_tasks') === 0);
    const text = await read();
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
    expect(samplesOf(text).get('orchestrator_worker_slots')).toBeGreaterThan(0);
    expect([...samplesOf(text).keys()]).toContain('postgres_pool_connections{pool="ledger",state="used"}');
  });
});
