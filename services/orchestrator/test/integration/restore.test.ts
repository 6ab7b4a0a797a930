import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import type { Rollback } from '../../src/domain/rollback/rollback.js';
import { presentRollback } from '../../src/http/present/rollback.js';
import { localCloud, type Cloud } from '../support/cloud.js';
import { ANYTHING, READABLE, SUBMITTER, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
let cloud: Cloud;

beforeAll(async () => {
  platform = await testPlatform();
  cloud = localCloud(platform.dataDir);
  await platform.startWorker();
});
afterAll(() => platform.stop());

function servers(infra: string, names: string[], more: { plan?: string; zone?: string } = {}): OperationSpec {
  return {
    id: 'servers',
    type: 'server_batch',
    infra,
    dependencies: [],
    provider: 'local',
    retries: 0,
    server_configs: names.map((name) => ({ name, plan: 'small', zone: 'de-fra1', ...more })),
  };
}
const services = (infra: string, taskservs: string[], on: string[]): OperationSpec => ({
  id: 'services',
  type: 'taskserv_batch',
  infra,
  dependencies: [],
  provider: 'local',
  taskservs,
  servers: on,
});
const cluster = (infra: string): OperationSpec => ({
  id: 'cluster',
  type: 'cluster_batch',
  infra,
  dependencies: [],
  provider: 'local',
  cluster_type: 'buildkit',
});

async function run(...operations: OperationSpec[]): Promise<void> {
  for (const operation of operations) {
    const ended = await platform.batchEnded(await platform.submitBatch({ operations: [operation] }));
    expect(ended.batch).toMatchObject({ status: 'Completed', error: null });
  }
}

const picture = (infra: string) => cloud.picture(infra);
const drift = async (infra: string) =>
  (await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences.map(({ drift, kind, name, reason }) =>
    [drift, kind, name, ...(reason ? [reason] : [])].join(' '),
  );

async function checkpoint(infras: string[] | null = null): Promise<string> {
  return (await platform.rollbacks.createCheckpoint({ name: 'here', description: null, infras }, SUBMITTER))
    .id;
}

async function restored(id: string): Promise<Rollback> {
  const { id: rollback } = await platform.restores.execute(id, SUBMITTER, ANYTHING);
  await waitFor(async () => (await platform.rollbacks.get(rollback)).completedAt !== null);
  return platform.rollbacks.get(rollback);
}

const shown = async (id: string) =>
  (await platform.restores.preview(id, SUBMITTER, ANYTHING)).steps.map(
    ({ change, kind, name }) => `${change} ${kind} ${name}`,
  );

describe('restoring a checkpoint', () => {
  it('makes the infrastructure match it, as previewed, regardless of what happened since', async () => {
    await run(
      servers('r', ['web-01', 'web-02', 'web-03']),
      services('r', ['containerd'], ['web-01', 'web-02']),
      cluster('r'),
    );
    const id = await checkpoint();
    const before = await picture('r');
    await run(
      servers('r', ['web-01'], { plan: 'large' }),
      servers('r', ['web-02'], { zone: 'us-nyc1' }),
      servers('r', ['db-01']),
    );
    await run(services('r', ['redis'], ['db-01']));
    await cloud.takeAway('r', 'web-03');

    const steps = await shown(id);
    expect(steps.slice(0, 4)).toEqual([
      // A cluster that spans a replaced server is removed and created with it.
      ...['destroy cluster buildkit', 'destroy taskserv db-01/redis'],
      ...['destroy server db-01', 'destroy server web-02'],
    ]);
    // They were created concurrently: none is the oldest.
    expect(steps.slice(4, 7).sort()).toEqual([
      ...['change server web-01', 'create server web-02', 'create server web-03'],
    ]);
    expect(steps.slice(7)).toEqual(['create taskserv web-02/containerd', 'create cluster buildkit']);
    const rollback = await restored(id);
    expect(rollback).toMatchObject({
      status: 'Completed',
      scope: { kind: 'restore', checkpoint_id: id },
      impossible: [],
    });
    expect(rollback.operations).toHaveLength(9);
    expect(await picture('r')).toEqual(before);
    expect(await drift('r')).toEqual([]);
    expect(await platform.database('locks')).toEqual([]);
    expect(await shown(id)).toEqual([]);
    expect(await restored(id)).toMatchObject({ status: 'Completed', operations: [] });
  });

  it('can be undone itself, and then the changes before it', async () => {
    const empty = await checkpoint();
    await run(servers('u', ['web-01']));
    const id = await checkpoint();
    await run(servers('u', ['web-01'], { zone: 'us-nyc1' }));
    const since = await checkpoint();
    const later = await picture('u');
    await restored(id);
    expect(await picture('u')).not.toEqual(later);
    await restored(since);
    expect(await picture('u')).toEqual(later);
    const { id: undoing } = await platform.rollbacks.execute(
      { kind: 'checkpoint', checkpoint_id: empty },
      SUBMITTER,
      ANYTHING,
    );
    await waitFor(async () => (await platform.rollbacks.get(undoing)).completedAt !== null);
    expect(await platform.rollbacks.get(undoing)).toMatchObject({ status: 'Completed' });
    expect(await picture('u')).toEqual([]);
  });

  it('of some infras leaves the others unchanged', async () => {
    await run(servers('one', ['web-01']), servers('two', ['web-01']));
    const id = await checkpoint(['one']);
    await run(servers('one', ['web-02']), servers('two', ['web-02']));
    expect((await shown(id)).sort()).toEqual(['destroy server web-02']);
    await restored(id);
    expect(await picture('one')).toHaveLength(1);
    expect(await picture('two')).toHaveLength(2);
    const undo = await platform.rollbacks.preview({ kind: 'checkpoint', checkpoint_id: id }, ANYTHING);
    expect(undo.steps.filter(({ infra }) => infra === 'two')).toEqual([]);
  });

  it('is refused while another task changes the same resources', async () => {
    await run(servers('busy', ['web-01']));
    const id = await checkpoint(['busy']);
    await run(servers('busy', ['web-02']));
    const holder = await platform.submit('sleep 300', { infra: 'busy' });
    await expect(platform.restores.execute(id, SUBMITTER, ANYTHING)).rejects.toThrow(holder);
    await platform.running(holder);
    await platform.store.cancel(holder, 'ada');
    await platform.ended(holder);
  });
});

describe('drift', () => {
  it('is the difference between the providers and the inventory', async () => {
    await run(servers('d', ['web-01', 'web-02', 'web-03']));
    expect(await drift('d')).toEqual([]);
    await cloud.takeAway('d', 'web-01');
    await platform.database.raw(
      `update resources set body = body || '{"plan": "huge"}' where infra = 'd' and name = 'web-02'`,
    );
    await platform.database.raw(`delete from resources where infra = 'd' and name = 'web-03'`);
    await platform.database.raw(
      `insert into resources select infra, kind, 'web-09', provider, 'strange', body, 1, task_id, now(), now()
         from resources where infra = 'd' and name = 'web-02'`,
    );
    expect(await drift('d')).toEqual([
      'missing server web-01',
      'changed server web-02 differs in plan',
      'unknown server web-09 The driver strange, which made it, is not configured on the worker that was asked.',
      'unmanaged server web-03',
    ]);
  });

  it('asks no provider without resources', async () => {
    expect(await platform.drifts.drift(undefined, SUBMITTER, READABLE)).toMatchObject({
      differences: expect.any(Array),
    });
    expect(await drift('nothing-here')).toEqual([]);
  });
});

it('a resource that no longer exists when it is undone is removed from the inventory', async () => {
  const id = await checkpoint();
  await run(servers('g', ['web-01']));
  await cloud.takeAway('g', 'web-01');
  expect(await drift('g')).toEqual(['missing server web-01']);
  const { id: rollback } = await platform.rollbacks.execute(
    { kind: 'checkpoint', checkpoint_id: id },
    SUBMITTER,
    ANYTHING,
  );
  await waitFor(async () => (await platform.rollbacks.get(rollback)).completedAt !== null);
  expect(await platform.rollbacks.get(rollback)).toMatchObject({
    status: 'Completed',
    operations: [{ alreadyGone: 1, changes: 1 }],
  });
  expect(await drift('g')).toEqual([]);
});

it('a rollback that fails in the middle reports what is undone and what is not, and a second one does the rest', async () => {
  await run(servers('f', ['web-01']));
  const id = await checkpoint(['f']);
  const before = await picture('f');
  await run(servers('f', ['first']), servers('f', ['web-01'], { zone: 'us-nyc1' }), servers('f', ['last']));
  // Another server is put in its place.
  await cloud.takeAway('f', 'web-01');
  await run(servers('elsewhere', ['web-01'], { plan: 'huge' }));
  await cp(join(platform.dataDir, 'local/elsewhere/servers'), join(platform.dataDir, 'local/f/servers'), {
    recursive: true,
  });

  const scope = { kind: 'checkpoint' as const, checkpoint_id: id };
  const rollBack = async () => {
    const { id: rollback } = await platform.rollbacks.execute(scope, SUBMITTER, ANYTHING);
    await waitFor(async () => (await platform.rollbacks.get(rollback)).completedAt !== null);
    return presentRollback(await platform.rollbacks.get(rollback));
  };
  const failed = await rollBack();
  expect(failed).toMatchObject({
    success: false,
    status: 'Failed',
    operations_executed: 1,
    operations_failed: 1,
  });
  expect(failed.operations?.map(({ outcome }) => outcome)).toEqual(['undone', 'failed', 'failed']);
  expect(failed.failures?.[0]?.error).toContain('another server web-01 now, which differs');
  expect(failed.operations?.[2]?.error).toContain('Not run');

  await rm(join(platform.dataDir, 'local/f/servers/web-01'), { recursive: true });
  const done = await rollBack();
  expect(done.operations?.map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
  expect(done.success).toBe(true);
  expect(await picture('f')).toEqual(before);
});
