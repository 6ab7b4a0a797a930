import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRedis, silentLogger } from '@provisioning/runtime';
import { describeWithRedis, waitFor, type NodeProcess } from '@provisioning/test-kit';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUE, QUEUE_PREFIX, type WorkJob, type WorkResult } from '../../src/jobs/catalog.js';
import { WorkQueue } from '../../src/jobs/work-queue.js';
import { PostgresQueuedWorkStore } from '../../src/postgres/workers/queued-work-store.js';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

/** What a tool that shows BullMQ queues sees. */
describeWithRedis('the queue', () => {
  let platform: TestPlatform;
  let redis: Redis;
  let queue: Queue<WorkJob, WorkResult>;
  let store: PostgresQueuedWorkStore;
  let first: NodeProcess;

  beforeAll(async () => {
    platform = await testPlatform({ redis: true });
    redis = createRedis(platform.redisUrl!, 'consumer', silentLogger);
    queue = new Queue(QUEUE, { connection: redis, prefix: QUEUE_PREFIX });
    store = new PostgresQueuedWorkStore(platform.database);
  });
  afterAll(async () => {
    await queue.close();
    await platform.stop();
    redis.disconnect();
  });

  const jobOf = async (kind: string, id: string) => (await queue.getJob(`${kind}-${id}`))!;
  const untilState = (kind: string, id: string, state: string) =>
    waitFor(async () => (await queue.getJobState(`${kind}-${id}`)) === state, {
      what: `the job of ${kind} ${id} to be ${state}`,
    });
  const release = (name: string) => `until [ -e '${platform.folder}/${name}' ]; do sleep 0.05; done`;

  it('contains a job for a workflow from its submission, without any worker', async () => {
    const id = await platform.submit('true', { infra: 'early', kind: 'workflow' });
    await untilState('workflow', id, 'waiting');
    expect(await jobOf('workflow', id)).toMatchObject({
      name: 'create_servers',
      data: { id, kind: 'workflow', infras: ['early'], submitted_by: 'tester' },
    });
    first = await platform.startWorker();
    await untilState('workflow', id, 'completed');
    expect((await jobOf('workflow', id)).returnvalue).toEqual({ status: 'Completed' });
  });

  it('shows running work as active, what waits for its infra as delayed, and why work failed', async () => {
    const holder = await platform.submit(release('first'), { infra: 'held' });
    await untilState('workflow', holder, 'active');
    const second = await platform.submit('exit 3', { infra: 'held' });
    await untilState('workflow', second, 'delayed');
    await platform.submit('true');
    await platform.submit(`touch '${platform.folder}/first'`);
    await untilState('workflow', holder, 'completed');
    await untilState('workflow', second, 'failed');
    const { error } = await platform.find(second);
    expect((await jobOf('workflow', second)).failedReason).toBe(`Failed: ${error}`);
  });

  it('contains one job for a batch, with its progress', async () => {
    const id = await platform.submitBatch({
      name: 'nightly',
      operations: [commands('one', 'true'), commands('two', release('batch'), { dependencies: ['one'] })],
    });
    const infras = (await platform.batch(id)).batch.infras;
    await waitFor(async () => (await jobOf('batch', id)).progress === 50, { what: 'half of the batch' });
    expect(await jobOf('batch', id)).toMatchObject({
      name: 'nightly',
      data: { id, kind: 'batch', infras, submitted_by: 'tester' },
    });
    expect(await queue.getJobState(`batch-${id}`)).toBe('active');
    await platform.submit(`touch '${platform.folder}/batch'`);
    await untilState('batch', id, 'completed');
    expect((await jobOf('batch', id)).progress).toBe(100);
    const jobs = await queue.getJobs(['waiting', 'active', 'delayed', 'completed', 'failed']);
    expect(jobs.filter(({ data }) => data.infras.includes(infras[0]!))).toHaveLength(1);
  });

  it('shows work that was cancelled before it started as failed', async () => {
    const holder = await platform.submit(release('holder'), { infra: 'cancelled' });
    await platform.running(holder);
    const id = await platform.submit('true', { infra: 'cancelled' });
    await untilState('workflow', id, 'delayed');
    await platform.store.cancel(id, 'tester', undefined);
    await untilState('workflow', id, 'failed');
    expect((await jobOf('workflow', id)).failedReason).toMatch(/^Cancelled: /);
    await platform.submit(`touch '${platform.folder}/holder'`);
    await platform.ended(holder);
  });

  it('gets the jobs of open work back after a loss of all data of Redis', async () => {
    const running = await platform.submit(release('lost'), { infra: 'lost' });
    const waiting = await platform.submit('true', { infra: 'lost' });
    await untilState('workflow', running, 'active');
    const connection = createRedis(platform.redisUrl!, 'producer', silentLogger);
    const restoring = new WorkQueue(connection, silentLogger);
    try {
      await waitFor(() => connection.status === 'ready');
      await restoring.restore(store);
      await redis.flushdb();
      await restoring.restore(store);
      expect((await jobOf('workflow', running)).data.id).toBe(running);
      expect((await jobOf('workflow', waiting)).data.id).toBe(waiting);
      await platform.submit(`touch '${platform.folder}/lost'`);
      await untilState('workflow', running, 'completed');
      await untilState('workflow', waiting, 'completed');
    } finally {
      await restoring.close();
      connection.disconnect();
    }
  });

  // BullMQ notices after 30 to 45 s that a job has stalled.
  it('gives a job that stalls with its worker to another one, which goes on', async () => {
    const id = await platform.submit(release('stalled'));
    await untilState('workflow', id, 'active');
    const second = await platform.startWorker({ WORKER_SLOT: '2' });
    // Its executor goes on.
    first.kill('SIGKILL');
    await waitFor(async () => (await jobOf('workflow', id)).stalledCounter === 1, {
      what: 'the stalled job to be noticed',
    });
    await untilState('workflow', id, 'active');
    await platform.submit(`touch '${platform.folder}/stalled'`);
    await untilState('workflow', id, 'completed');
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });
});
