import { asSentence, Failure } from '@provisioning/errors';
import type {
  Checkpoint as WireCheckpoint,
  CheckpointDetails,
  CheckpointDiff,
  PlannedChange,
  RollbackResult,
  RollbackStatistics as WireStatistics,
  RollbackSummary as WireSummary,
} from '@provisioning/contracts';
import type {
  Checkpoint,
  JournalEntry,
  Rollback,
  RollbackScope,
  RollbackStatistics,
  RollbackSummary,
  UndoOperation,
} from '../../domain/rollback/rollback.js';
import type { InventoryChange } from '../../domain/rollback/inventory-change.js';
import { confirmationOf, notMadeHere } from '../../domain/rollback/confirmation.js';
import type { CheckedRestorePlan } from '../../domain/rollback/restore-service.js';
import type { UndoScope } from '../../domain/rollback/rollback-service.js';
import type { UndoPlan } from '../../domain/rollback/undo-plan.js';
import { attributesOf, countOf, kindOf, megabytes, presentChange } from './resource.js';

/** A checkpoint in a list. */
export function presentCheckpoint(checkpoint: Checkpoint): WireCheckpoint {
  const { id, name, description, infras, createdAt, bytes, createdByName } = checkpoint;
  return {
    id,
    name,
    description,
    created_at: createdAt.toISOString(),
    created_by: createdByName,
    size: megabytes(bytes),
    size_bytes: bytes,
    infras,
  };
}

/** A checkpoint with its details. */
export function presentCheckpointDetails(checkpoint: Checkpoint): CheckpointDetails {
  return { ...presentCheckpoint(checkpoint), operations_count: checkpoint.operationsCount };
}

/** The plan of a rollback. */
export function presentUndoPlan(scope: UndoScope, plan: UndoPlan): RollbackResult {
  const changes = plan.steps.flatMap((step) => step.changes.map(inverse));
  return presentPlan(scope, changes, plan, `${counted(changes.length, 'change')} would be undone`);
}

/** The plan of a restore. */
export function presentRestorePlan(checkpointId: string, plan: CheckedRestorePlan): RollbackResult {
  const changes = plan.steps.map(presentChange);

  const scope: RollbackScope = { kind: 'restore', checkpoint_id: checkpointId };
  const result = presentPlan(scope, changes, plan, `${counted(changes.length, 'change')} would be made`);
  return { ...result, confirmation: confirmationOf(plan.notMadeHere) };
}

/** No rollback has this id. */
function presentPlan(
  scope: RollbackScope,
  changes: PlannedChange[],
  {
    inTheWay,
    impossible,
    notMadeHere: foreign = [],
  }: Pick<UndoPlan, 'inTheWay' | 'impossible'> & Partial<Pick<CheckedRestorePlan, 'notMadeHere'>>,
  summary: string,
): RollbackResult {
  const obstacles = [
    ...inTheWay.map((obstacle) => ({ ...obstacle, obstacle: 'in_the_way' as const })),
    ...foreign.map((thing) => ({ ...notMadeHere(thing), obstacle: 'not_made_here' as const })),
    ...impossible.map((obstacle) => ({ ...obstacle, obstacle: 'cannot_undo' as const })),
  ];
  return {
    rollback_id: 'none',
    success: false,
    operations_executed: 0,
    operations_failed: 0,
    duration: 0,
    check_mode: true,
    kind: scope.kind,
    checkpoint_id: checkpointOf(scope),
    plan: { changes, summary: `${summary}, ${counted(obstacles.length, 'obstacle')}` },
    obstacles: obstacles.map(({ operationId, reason, obstacle }) => ({
      operation_id: operationId,
      reason,
      obstacle,
    })),
  };
}

/** Successful only if every change was undone. */
export function presentRollback(rollback: Rollback): RollbackResult {
  const { id, status, scope, operations, impossible, createdAt, startedAt, completedAt } = rollback;
  const failed = operations.filter((operation) => operation.status === 'Failed');
  const left = impossible.map(({ operationId, reason }) => ({
    operation_id: operationId ?? id,
    error: reason,
  }));
  return {
    rollback_id: id,
    success: status === 'Completed' && left.length === 0,
    operations_executed: operations.filter((operation) => operation.status === 'Completed').length,
    operations_failed: failed.length + left.length,
    duration: seconds(startedAt, completedAt ?? new Date()),
    status,
    kind: scope.kind,
    checkpoint_id: checkpointOf(scope),
    operations: [
      ...operations.map((operation) => ({
        operation_id: operation.operationId,
        outcome: outcomeOf(operation),
        changes: operation.changes,
        error: operation.error,
      })),
      ...left.map((one) => ({ ...one, outcome: 'cannot_undo' as const, changes: 0 })),
    ],
    failures: [
      ...failed.map(({ operationId, error }) => ({ operation_id: operationId, error: error ?? '' })),
      ...left,
    ],
    created_at: createdAt.toISOString(),
    completed_at: completedAt?.toISOString() ?? null,
    created_by: rollback.createdByName,
  };
}

/** A rollback as lists have it. */
export function presentRollbackSummary(rollback: RollbackSummary): WireSummary {
  const { id, status, scope, infras, total, completed, failed, createdAt, completedAt } = rollback;
  return {
    rollback_id: id,
    kind: scope.kind,
    status,
    checkpoint_id: checkpointOf(scope),
    infras: [...infras],
    operations_count: total,
    operations_executed: completed,
    operations_failed: failed,
    created_at: createdAt.toISOString(),
    completed_at: completedAt?.toISOString() ?? null,
    created_by: rollback.createdByName,
  };
}

/** What has changed since a checkpoint. */
export function presentDifference(
  checkpointId: string,
  changes: readonly InventoryChange[],
  asOf: Date,
): CheckpointDiff {
  const count = (kind: InventoryChange['change']) => countOf(changes, kind);
  return {
    checkpoint_id: checkpointId,
    as_of: asOf.toISOString(),
    changes: changes.map(presentChange),
    summary: `${count('create')} created, ${count('change')} changed, ${count('destroy')} destroyed since the checkpoint`,
  };
}

/** The sentence of the API document. @throws Failure if it does not apply */
export function presentRestored(rollback: Rollback, checkpointId: string): string {
  const { id, status, operations, impossible } = rollback;
  if (status === 'Pending' || status === 'Running')
    return `The state is being restored from checkpoint ${checkpointId}: GET /rollback/${id} follows it.`;
  if (status === 'Completed' && impossible.length === 0)
    return `State restored from checkpoint ${checkpointId}`;
  const undone = operations.filter((operation) => operation.status === 'Completed').length;
  const error =
    operations.find((operation) => operation.error)?.error ?? impossible[0]?.reason ?? 'It was cancelled';
  throw new Failure(
    'conflict',
    `The state was not restored from checkpoint ${checkpointId}, or not all of it: ${undone} of ` +
      `${counted(operations.length, 'step')} done. ${asSentence(error)} GET /rollback/${id} has the details; restoring again does the rest.`,
    { code: 'restore_incomplete' },
  );
}

/** The figures of all rollbacks; times in seconds. */
export function presentRollbackStatistics(statistics: RollbackStatistics): WireStatistics {
  const { checkpoints, rollbacks, succeeded, failed, seconds: spent } = statistics;
  const over = succeeded + failed;
  return {
    total_checkpoints: checkpoints,
    total_rollbacks: rollbacks,
    success_rate: over === 0 ? 100 : Math.round((1000 * succeeded) / over) / 10,
    average_rollback_time: succeeded === 0 ? 0 : Math.round((10 * spent) / succeeded) / 10,
  };
}

type Outcome = NonNullable<RollbackResult['operations']>[number]['outcome'];

function outcomeOf({ status, changes, alreadyGone }: UndoOperation): Outcome {
  if (status === 'Completed') return changes > 0 && alreadyGone === changes ? 'already_gone' : 'undone';
  return status === 'Failed' || status === 'Cancelled' ? 'failed' : 'pending';
}

const INVERSE = {
  create: 'destroy',
  change: 'change',
  destroy: 'create',
  adopt: 'forget',
  forget: 'adopt',
} as const;

function inverse({ change, kind, infra, name, provider, before, after }: JournalEntry): PlannedChange {
  return {
    change: INVERSE[change],
    kind: kindOf(kind),
    infra,
    name,
    provider,
    before: after && attributesOf(after),
    after: before && attributesOf(before),
  };
}

function seconds(from: Date | null, to: Date): number {
  return from ? Math.round((to.getTime() - from.getTime()) / 100) / 10 : 0;
}

function checkpointOf(scope: RollbackScope): string | null {
  return scope.kind === 'operations' ? null : scope.checkpoint_id;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
