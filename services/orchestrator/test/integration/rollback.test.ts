import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import type { UndoScope } from '../../src/domain/rollback/rollback-service.js';
import type { Rollback } from '../../src/domain/rollback/rollback.js';
import { ANYTHING, SUBMITTER, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await testPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

function servers(id: string, infra: string, names: string[], plan = 'small'): OperationSpec {
  return {
    id,
    type: 'server_batch',
    infra,
    dependencies: [],
    provider: 'local',
    retries: 0,
    server_configs: names.map((name) => ({ name, plan, zone: 'de-fra1' })),
  };
}
const services = (id: string, infra: string, on: string[]): OperationSpec => ({
  id,
  type: 'taskserv_batch',
  infra,
  dependencies: [],
  provider: 'local',
  taskservs: ['containerd'],
  servers: on,
});

async function run(...operations: OperationSpec[]): Promise<Record<string, string>> {
  const ended = await platform.batchEnded(await platform.submitBatch({ operations }));
  expect(ended.batch).toMatchObject({ status: 'Completed', error: null });
  return Object.fromEntries(Object.values(ended.operations).map(({ id, taskId }) => [id, taskId]));
}

/** The existing resources, in words. */
async function inventory(infra: string): Promise<string[]> {
  const filter = { infra, kind: undefined, provider: undefined, limit: 1000, offset: 0 };
  const { resources } = await platform.inventory.resources(filter);
  return resources.map(({ kind, name, body }) => `${kind} ${name} ${body['plan'] ?? ''}`.trim()).sort();
}

const checkpoint = async (name: string) =>
  (await platform.rollbacks.createCheckpoint({ name, description: null, infras: null }, SUBMITTER)).id;

async function rolledBack(scope: UndoScope): Promise<Rollback> {
  const { id } = await platform.rollbacks.execute(scope, SUBMITTER, ANYTHING);
  await waitFor(async () => (await platform.rollbacks.get(id)).completedAt !== null);
  return platform.rollbacks.get(id);
}

describe('the journal', () => {
  it('has each change with before and after, and adds up to the inventory', async () => {
    const { make } = await run(servers('make', 'j', ['web-01', 'web-02']));
    const { grow } = await run(servers('grow', 'j', ['web-01'], 'large'));
    expect(await inventory('j')).toEqual(['server web-01 large', 'server web-02 small']);
    const filter = { infra: 'j', kind: undefined, name: undefined, batchId: undefined, limit: 10, offset: 0 };
    const { entries } = await platform.inventory.journal({ ...filter, taskId: undefined });
    const recorded = entries.map(({ change, name, state, taskId }) => [change, name, state, taskId]);
    expect(recorded[0]).toEqual(['change', 'web-01', 'done', grow]);
    // Created concurrently: the one that is ready first is first.
    expect(recorded.slice(1).sort()).toEqual([
      ['create', 'web-01', 'done', make],
      ['create', 'web-02', 'done', make],
    ]);
    expect(entries[0]).toMatchObject({ before: { plan: 'small' }, after: { plan: 'large' } });
  });

  it('is written before the change: an executor that dies in the middle leaves its intent', async () => {
    const id = await platform.submitBatch({
      operations: [{ ...servers('slow', 'w', ['slow-60000-a']), provider: 'noop' }],
    });
    const entry = await waitFor(async () => {
      const filter = { infra: 'w', kind: undefined, name: undefined, taskId: undefined, batchId: id };
      return (await platform.inventory.journal({ ...filter, limit: 1, offset: 0 })).entries[0];
    });
    expect(entry).toMatchObject({ state: 'intended', change: 'create', name: 'slow-60000-a', before: null });
    await platform.batches.cancel(id, 'ada');
    await platform.batchEnded(id);
    const { entries } = await platform.inventory.journal({
      infra: 'w',
      kind: undefined,
      name: undefined,
      taskId: undefined,
      batchId: id,
      limit: 9,
      offset: 0,
    });
    expect(entries.map(({ state }) => state)).toEqual(['failed']);
    expect(await inventory('w')).toEqual([]);
  });
});

describe('rolling back to a checkpoint', () => {
  it('undoes exactly the changes after it, the last first, as previewed', async () => {
    await run(servers('base', 'c', ['web-01', 'web-02']));
    const id = await checkpoint('before the release');
    const before = await inventory('c');
    await run(servers('grow', 'c', ['web-01'], 'large'));
    await run(servers('more', 'c', ['web-03']));
    await run(services('install', 'c', ['web-03', 'web-01']));
    const scope: UndoScope = { kind: 'checkpoint', checkpoint_id: id };
    const preview = await platform.rollbacks.preview(scope, ANYTHING);
    const shown = preview.steps.flatMap(({ entries }) =>
      entries.map(({ change, name }) => `${change} ${name}`),
    );
    expect(shown).toEqual([
      ...['create web-01/containerd', 'create web-03/containerd'],
      ...['create web-03', 'change web-01'],
    ]);
    expect(preview).toMatchObject({ inTheWay: [], impossible: [] });

    const rollback = await rolledBack(scope);
    expect(rollback).toMatchObject({ status: 'Completed' });
    expect(rollback.operations.map(({ status, changes }) => [status, changes])).toEqual([
      ['Completed', 2],
      ['Completed', 1],
      ['Completed', 1],
    ]);
    expect(await inventory('c')).toEqual(before);
    expect(await platform.database('locks')).toEqual([]);
    // Nothing is left to undo, and a second rollback does not repeat it.
    expect((await platform.rollbacks.preview(scope, ANYTHING)).steps).toEqual([]);
    expect(await rolledBack(scope)).toMatchObject({ status: 'Completed', operations: [] });
  });

  it('does not undo again what was undone since', async () => {
    const id = await checkpoint('empty');
    const { make } = await run(servers('make', 'g', ['web-01']));
    await rolledBack({ kind: 'operations', operation_ids: [make!] });
    expect(await inventory('g')).toEqual([]);
    expect(
      (await platform.rollbacks.preview({ kind: 'checkpoint', checkpoint_id: id }, ANYTHING)).steps,
    ).toEqual([]);
  });

  it('answers 404 for a checkpoint that does not exist', async () => {
    const scope: UndoScope = {
      kind: 'checkpoint',
      checkpoint_id: '0198f000-0000-7000-8000-000000000000',
    };
    await expect(platform.rollbacks.preview(scope, ANYTHING)).rejects.toThrow('There is no checkpoint');
  });
});

describe('rolling back single operations', () => {
  it('undoes only those, by the id of their task or within their batch', async () => {
    const { first } = await run(servers('first', 'p', ['a-01']), servers('second-op', 'p', ['b-01']));
    expect(await rolledBack({ kind: 'operations', operation_ids: [first!] })).toMatchObject({
      status: 'Completed',
      operations: [{ operationId: first, changes: 1, status: 'Completed' }],
    });
    expect(await inventory('p')).toEqual(['server b-01 small']);
    await rolledBack({ kind: 'operations', operation_ids: ['second-op'] });
    expect(await inventory('p')).toEqual([]);
    await expect(
      platform.rollbacks.preview({ kind: 'operations', operation_ids: [first!] }, ANYTHING),
    ).rejects.toThrow('nothing to undo');
  });

  it('is refused where a later change depends on it, and names that change', async () => {
    const { machine } = await run(servers('machine', 's', ['web-01']));
    const { install } = await run(services('install', 's', ['web-01']));
    const { grow } = await run(servers('grow', 's', ['web-01'], 'large'));
    await expect(
      platform.rollbacks.execute({ kind: 'operations', operation_ids: [machine!] }, SUBMITTER, ANYTHING),
    ).rejects.toMatchObject({
      code: 'rollback_blocked',
      details: [
        { path: grow, message: expect.stringContaining('changed the server web-01') },
        { path: install, message: expect.stringContaining('created the taskserv web-01/containerd') },
      ],
    });
    const together: UndoScope = { kind: 'operations', operation_ids: [machine!, grow!, install!] };
    expect(await rolledBack(together)).toMatchObject({ status: 'Completed' });
    expect(await inventory('s')).toEqual([]);
  });

  it('is refused while another task changes the infra', async () => {
    const { make } = await run(servers('make', 'b', ['web-01']));
    const holder = await platform.submit('sleep 300', { infra: 'b' });
    await expect(
      platform.rollbacks.execute({ kind: 'operations', operation_ids: [make!] }, SUBMITTER, ANYTHING),
    ).rejects.toThrow(holder);
    await platform.running(holder);
    await platform.store.cancel(holder, 'ada');
    await platform.ended(holder);
  });
});
