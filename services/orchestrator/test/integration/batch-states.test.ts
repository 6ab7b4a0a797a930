import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { engineFunctions } from '../support/engine-functions.js';
import { modelBatch } from '../support/submit-model.js';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/states/batch.md');
const SIDES = {
  continues: ['Waiting', 'Ready', 'Running'],
  waits: ['Blocked'],
  Cancelled: ['Cancelled'],
} as const;

interface Row {
  event: string;
  rule: 'continue' | 'stop' | 'rollback';
  dependents: keyof typeof SIDES;
  notBegun: keyof typeof SIDES;
  running: keyof typeof SIDES;
  batch: string;
}

/** The truth table of the document. */
function rows(): Row[] {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('## Effects on other operations');
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const [, event, rule, dependents, notBegun, running, batch] = cells as [string, ...string[]];
      return { event, rule, dependents, notBegun, running, batch } as Row;
    });
}

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

describe('the truth table of a batch', () => {
  it('is complete: seven ends under three rules', () => {
    const cells = rows().map(({ event, rule }) => `${event}/${rule}`);
    expect(new Set(cells).size).toBe(21);
  });

  it.each(rows())('when an operation $event under $rule', async (row) => {
    const engine = engineFunctions(database);
    const tasks = new PostgresTaskStore(database);
    const store = new PostgresBatchStore(database);
    const worker = await engine.register();
    const { batchId, ids } = await modelBatch(database, {
      parallelLimit: 2,
      onFailure: row.rule === 'stop' ? 'stop' : 'continue',
      rollbackEnabled: row.rule === 'rollback',
      operations: [
        { ...PARENT, ...PARENTS[row.event], id: 'parent' },
        { ...PARENT, id: 'runs' },
        { ...PARENT, id: 'child', dependencies: ['parent'] },
        { ...PARENT, id: 'grandchild', dependencies: ['child'] },
        { ...PARENT, id: 'not-begun' },
      ],
    });
    const statuses = async () => {
      const found = (await store.find(batchId))!;
      return {
        batch: found.batch.status,
        ...Object.fromEntries(found.operations.map(({ id, status }) => [id, status])),
      } as Record<string, string>;
    };
    const parent = ids.get('parent')!;
    const attempt = (await engine.claim(parent, worker))!;
    const running = (await engine.claim(ids.get('runs')!, worker))!;

    if (row.event === 'completes') await engine.finish(parent, attempt, worker, 'Completed');
    else if (row.event.startsWith('fails')) await engine.finish(parent, attempt, worker, 'Failed');
    else if (row.event.startsWith('is lost')) await engine.lose(parent, attempt, worker);
    else {
      await tasks.cancel(parent, 'ada');
      await engine.finish(parent, attempt, worker, 'Cancelled');
    }

    const after = await statuses();
    expect(SIDES[row.dependents]).toContain(after['child']);
    expect(row.dependents === 'continues' ? ['Blocked'] : SIDES[row.dependents]).toContain(
      after['grandchild'],
    );
    expect(SIDES[row.notBegun]).toContain(after['not-begun']);
    expect(SIDES[row.running]).toContain(after['runs']);

    await engine.finish(ids.get('runs')!, running, worker, 'Completed');
    for (let left = 20; left > 0; left--) {
      const open = await database<{ id: string; status: string; batch_id: string }>('tasks')
        .where({ batch_id: batchId })
        .whereIn('status', ['Ready', 'RetryWait', 'Unknown']);
      for (const { id, status } of open) {
        if (status === 'RetryWait') await engine.wake(id);
        else await engine.finish(id, (await engine.claim(id, worker))!, worker, 'Completed');
      }
    }
    expect((await statuses())['batch']).toBe(row.batch);
    expect(await database('locks').where({ holder_id: batchId })).toEqual([]);
  });
});

const PARENT = { dependencies: [] as string[], retries: 0, whenLost: 'again' as const, undoable: true };
const PARENTS: Record<string, object> = {
  'fails, retries are left': { retries: 1 },
  'is lost, is reconciled': { whenLost: 'asked', maxAttempts: 1 },
  'is lost, outcome unknown': { whenLost: 'failed' },
};
