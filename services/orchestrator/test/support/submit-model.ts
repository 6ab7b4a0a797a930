import { scopeOf } from '../../src/domain/access/scope.js';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { NewOperation } from '../../src/domain/batch/batch.js';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { MAX_ATTEMPTS, type ModelBatch } from '../model/batch-model.js';

/** Stores a batch of the model; no executor can run it. */
export async function modelBatch(
  database: Knex,
  { operations, ...batch }: ModelBatch,
  /** A separate one unless given; the operations use them in turn. */
  infras: readonly string[] = [`infra-${uuidv7()}`],
): Promise<{ batchId: string; ids: Map<string, string> }> {
  const ids = new Map(operations.map(({ id }) => [id, uuidv7()]));
  const rows = operations.map((operation, seq): NewOperation => {
    const { id, dependencies, retries, whenLost, undoable, maxAttempts = MAX_ATTEMPTS } = operation;
    const infra = infras[seq % infras.length]!;
    return {
      id: ids.get(id)!,
      spec: { id, type: 'command_batch', infra, dependencies },
      seq,
      status: dependencies.length > 0 ? 'Blocked' : 'Waiting',
      dependsOn: dependencies.map((below) => ids.get(below)!),
      pendingDeps: dependencies.length,
      runner: whenLost === 'asked' ? 'operation' : 'command',
      program: 'commands',
      args: [],
      maxAttempts,
      repeatable: whenLost !== 'failed',
      reconcilable: whenLost === 'asked',
      undoable,
      retries,
      timeoutSeconds: null,
      keptFrom: null,
      retryOf: null,
      acts: [],
    };
  });
  const batchId = uuidv7();
  await new PostgresBatchStore(database).submit(
    {
      id: batchId,
      name: 'model',
      version: null,
      storageBackend: null,
      scope: scopeOf('tester', []),
      resumeOf: null,
      ...batch,
      infras: [...infras],
      createdBy: uuidv7(),
      createdByName: 'tester',
      requestId: 'r',
      traceparent: undefined,
    },
    rows,
    undefined,
  );
  return { batchId, ids };
}
