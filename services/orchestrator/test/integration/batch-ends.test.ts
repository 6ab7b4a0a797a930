import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import { BatchService } from '../../src/domain/batch/batch-service.js';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { PostgresInventoryStore } from '../../src/postgres/journal/inventory-store.js';
import { engineFunctions } from '../support/engine-functions.js';
import { commands, DEFINITIONS, SUBMITTER } from '../support/platform.js';

let clone: TestDatabase;
let database: Knex;
let batches: BatchService;
let engine: ReturnType<typeof engineFunctions>;
let worker: string;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  const notifier = { submitted() {}, notify() {} };
  const capabilities = { commands: new Set(['run']), providers: new Map() };
  batches = new BatchService(
    new PostgresBatchStore(database),
    notifier,
    capabilities,
    DEFINITIONS,
    new PostgresInventoryStore(database),
  );
  engine = engineFunctions(database);
  worker = await engine.register();
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

interface TaskRow {
  id: string;
  kind: string;
  op_key: string;
  status: string;
  error: string | null;
}
const tasksOf = (batchId: string) =>
  database<TaskRow & { batch_id: string; seq: number }>('tasks').where({ batch_id: batchId }).orderBy('seq');
const locks = () => database('locks');

/** Submits a batch of these operations on a separate infra. */
async function submit(operations: OperationSpec[], more: { rollbackEnabled?: boolean } = {}) {
  const infra = `infra-${uuidv7()}`;
  const { batch } = await batches.execute(
    {
      name: 'b',
      version: null,
      storageBackend: null,
      parallelLimit: 5,
      onFailure: 'continue',
      rollbackEnabled: false,
      ...more,
      operations: operations.map((operation) => ({ ...operation, infra })),
    },
    SUBMITTER,
  );
  return batch.id;
}

/** Runs the operation of that name to this end. */
async function run(batchId: string, key: string, status: 'Completed' | 'Failed', kind = 'operation') {
  const found = (await tasksOf(batchId)).find((task) => task.op_key === key && task.kind === kind)!;
  const attempt = (await engine.claim(found.id, worker))!;
  await engine.finish(found.id, attempt, worker, status);
  return found.id;
}

describe('a batch that is resumed', () => {
  it('ends at once when all of it was completed before', async () => {
    const first = await submit([commands('only', 'true')]);
    const [only] = await tasksOf(first);
    const attempt = (await engine.claim(only!.id, worker))!;
    await batches.cancel(first, 'ada');
    await engine.finish(only!.id, attempt, worker, 'Completed');
    expect((await batches.get(first)).batch.status).toBe('Cancelled');

    const { batch } = await batches.resume(first, SUBMITTER);
    expect(batch).toMatchObject({ status: 'Completed', completed: 1, total: 1 });
    expect(await locks()).toEqual([]);
  });

  it('is resumed once for concurrent requests; the next resume continues from there', async () => {
    const first = await submit([
      commands('done', 'true', { undo_commands: ['true'] }),
      commands('fails', 'false', { dependencies: ['done'] }),
    ]);
    await run(first, 'done', 'Completed');
    await run(first, 'fails', 'Failed');
    const asked = await Promise.allSettled(
      ['ada', 'bob', 'eve'].map((principal) => {
        const idempotency = { principal, key: 'resume', requestHash: 'h' };
        return batches.resume(first, { ...SUBMITTER, idempotency });
      }),
    );
    const [second, ...others] = asked.flatMap((one) =>
      one.status === 'fulfilled' ? [one.value.batch.id] : [],
    );
    expect(others).toEqual([]);
    const refused = { code: 'batch_resumed', message: expect.stringContaining(second!) };
    expect(asked.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: expect.objectContaining(refused) },
      { status: 'rejected', reason: expect.objectContaining(refused) },
    ]);
    await expect(batches.previewResume(first)).rejects.toMatchObject(refused);
    // A refused request stores no answer that the same request could get later.
    expect(await database('idempotency_keys').where({ key: 'resume' })).toHaveLength(1);

    await run(second!, 'fails', 'Failed');
    const third = await batches.resume(second!, SUBMITTER);
    expect(third.batch).toMatchObject({ status: 'Running', completed: 1 });
    await run(third.batch.id, 'fails', 'Completed');
    expect((await batches.get(third.batch.id)).batch.status).toBe('Completed');
  });
});

describe('a rollback', () => {
  it('keeps its order while one of its operations waits for a retry', async () => {
    const undo_commands = ['true'];
    const batch = await submit(
      [
        commands('first', 'true', { undo_commands }),
        commands('second', 'true', { undo_commands, dependencies: ['first'] }),
        commands('fails', 'false', { dependencies: ['second'] }),
      ],
      { rollbackEnabled: true },
    );
    await run(batch, 'first', 'Completed');
    await run(batch, 'second', 'Completed');
    await run(batch, 'fails', 'Failed');

    const again = await run(batch, 'second', 'Failed', 'rollback');
    const undoing = async () =>
      (await tasksOf(batch))
        .filter(({ kind }) => kind === 'rollback')
        .map(({ op_key: key, status }) => [key, status]);
    expect(await undoing()).toEqual([
      ['second', 'RetryWait'],
      ['first', 'Waiting'],
    ]);
    await engine.wake(again);
    expect(await undoing()).toEqual([
      ['second', 'Ready'],
      ['first', 'Waiting'],
    ]);
    await run(batch, 'second', 'Completed', 'rollback');
    await run(batch, 'first', 'Completed', 'rollback');
    expect((await batches.get(batch)).batch.status).toBe('RolledBack');
  });
});

describe('a worker that is stopped', () => {
  it('requeues what may be repeated, and nothing that must not run twice', async () => {
    const batch = await submit([commands('again', 'true', { retries: 1 }), commands('once', 'true')]);
    const stopped = await engine.register();
    for (const { id } of await tasksOf(batch)) await engine.claim(id, stopped);
    await engine.release(stopped, true);
    const [again, once] = await tasksOf(batch);
    expect(again!.status).toBe('Ready');
    expect(once).toMatchObject({ status: 'Failed', error: expect.stringContaining('must not run twice') });
    await run(batch, 'again', 'Completed');
    expect((await batches.get(batch)).batch).toMatchObject({ status: 'Failed', completed: 1, failed: 1 });
    expect(await locks()).toEqual([]);
  });
});
