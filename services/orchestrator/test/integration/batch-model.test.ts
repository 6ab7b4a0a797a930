import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { BatchModel, type OperationAction, type Action, type ModelBatch } from '../model/batch-model.js';
import { LEGAL_TRANSITIONS } from '../model/transitions.js';
import { engineFunctions } from '../support/engine-functions.js';
import { modelBatch } from '../support/submit-model.js';

let clone: TestDatabase;
let database: Knex;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
});

const batches: fc.Arbitrary<ModelBatch> = fc
  .record({
    nodes: fc.array(
      fc.record({
        below: fc.array(fc.nat(), { maxLength: 3 }),
        retries: fc.nat({ max: 2 }),
        whenLost: fc.constantFrom('again' as const, 'asked' as const, 'failed' as const),
        undoable: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    parallelLimit: fc.integer({ min: 1, max: 4 }),
    onFailure: fc.constantFrom('continue' as const, 'stop' as const),
    rollbackEnabled: fc.boolean(),
  })
  .map(({ nodes, ...rest }) => ({
    ...rest,
    operations: nodes.map(({ below, ...node }, index) => ({
      ...node,
      id: `o${index}`,
      dependencies: index === 0 ? [] : [...new Set(below.map((choice) => `o${choice % index}`))],
    })),
  }));

/** Actions are drawn from those that the model allows; a third of the draws prefers progress. */
const choices = fc.array(fc.nat(), { minLength: 10, maxLength: 60 });

it('does in Postgres what the model does in memory, for any actions in any order', async () => {
  await fc.assert(
    fc.asyncProperty(batches, choices, async (batch, drawn) => {
      const run = await submit(batch);
      const model = new BatchModel(batch);
      await run.agreesWith(model);
      for (const choice of drawn) {
        const actions = model.actions();
        if (actions.length === 0) break;
        const action = actions[choice % actions.length]!;
        model.act(action);
        await run.act(action);
        await run.agreesWith(model);
      }
      while (!model.over) {
        const action = towardsTheEnd(model.actions());
        model.act(action);
        await run.act(action);
        await run.agreesWith(model);
      }
      await run.leftNothingBehind();
    }),
    { numRuns: 120 },
  );
});

function towardsTheEnd(actions: Action[]): Action {
  const order: Action['type'][] = ['undo', 'complete', 'claim', 'wake'];
  return order.flatMap((type) => actions.filter((action) => action.type === type))[0]!;
}

/** A batch in Postgres, with the actions on it. */
async function submit(batch: ModelBatch) {
  const store = new PostgresBatchStore(database);
  const tasks = new PostgresTaskStore(database);
  const engine = engineFunctions(database);
  const worker = await engine.register();
  const attempts = new Map<string, number>();
  const { batchId, ids } = await modelBatch(database, batch);

  const finish = (task: string, status: 'Completed' | 'Failed', permanent = false) =>
    engine.finish(task, attempts.get(task)!, worker, status, { permanent });
  return {
    async act(action: Action): Promise<void> {
      if ('operation' in action) await this.actOn(ids.get(action.operation)!, action.type);
      else if (action.type === 'cancelBatch') await store.cancel(batchId, 'tester');
      else {
        const [undoing] = await database<{ id: string; status: string; batch_id: string; kind: string }>(
          'tasks',
        ).where({ batch_id: batchId, kind: 'rollback', status: 'Ready' });
        attempts.set(undoing!.id, (await engine.claim(undoing!.id, worker))!);
        await finish(undoing!.id, action.type === 'undo' ? 'Completed' : 'Failed', true);
      }
    },
    async actOn(task: string, type: OperationAction['type']): Promise<void> {
      switch (type) {
        case 'claim':
          attempts.set(task, (await engine.claim(task, worker))!);
          break;
        case 'complete':
          await finish(task, 'Completed');
          break;
        case 'fail':
          await finish(task, 'Failed');
          break;
        case 'lose':
          await engine.lose(task, attempts.get(task)!, worker);
          break;
        case 'wake':
          await engine.wake(task);
          break;
        case 'cancel':
          await tasks.cancel(task, 'tester');
          break;
      }
    },
    async agreesWith(model: BatchModel): Promise<void> {
      const found = (await store.find(batchId))!;
      const statuses = Object.fromEntries(found.operations.map(({ id, status }) => [id, status]));
      expect({ batch: found.batch.status, ...statuses }).toEqual({
        batch: model.status,
        ...model.statuses(),
      });
      const undoing = await database<{
        op_key: string;
        status: string;
        batch_id: string;
        kind: string;
        seq: number;
      }>('tasks')
        .where({ batch_id: batchId, kind: 'rollback' })
        .whereIn('status', ['Waiting', 'Ready'])
        .orderBy('seq');
      expect(undoing.map(({ op_key: key }) => key)).toEqual(model.toUndo);
    },
    async leftNothingBehind(): Promise<void> {
      const { batch: ended } = (await store.find(batchId))!;
      expect(ended.completedAt).not.toBeNull();
      expect(ended.completed + ended.failed + ended.cancelled).toBe(ended.total);
      expect(await database('locks').where({ holder_id: batchId })).toEqual([]);
      const events = await database<{ task_id: string; status: string; batch_id: string; seq: number }>(
        'events',
      )
        .where({ batch_id: batchId })
        .whereNotNull('task_id')
        .orderBy('seq');
      const last = new Map<string, string>();
      for (const { task_id: task, status } of events) {
        const before = last.get(task) ?? '';
        if (before !== status) expect(LEGAL_TRANSITIONS[before] ?? []).toContain(status);
        last.set(task, status);
      }
    },
  };
}
