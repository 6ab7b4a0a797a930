import type {
  Checkpoint as WireCheckpoint,
  CheckpointDetails,
  PlannedChange,
  RollbackResult,
  RollbackStatistics as WireStatistics,
} from '@provisioning/contracts';
import type {
  Checkpoint,
  JournalEntry,
  Rollback,
  RollbackScope,
  RollbackStatistics,
  UndoOperation,
} from '../../domain/rollback/rollback.js';
import type { UndoPlan } from '../../domain/rollback/undo-plan.js';
import { attributesOf, kindOf, megabytes } from './resource.js';

export function presentCheckpoint(checkpoint: Checkpoint): WireCheckpoint {
  const { id, name, description, createdAt, bytes, createdByName } = checkpoint;
  return {
    ...{ id, name, description, created_at: createdAt.toISOString(), created_by: createdByName },
    ...{ size: megabytes(bytes), size_bytes: bytes },
  };
}

export function presentCheckpointDetails(checkpoint: Checkpoint): CheckpointDetails {
  return { ...presentCheckpoint(checkpoint), operations_count: checkpoint.operationsCount };
}

/** What would be done; no rollback has this id. */
export function presentPreview(scope: RollbackScope, plan: UndoPlan): RollbackResult {
  const changes = plan.steps.flatMap(({ entries }) => entries.map(inverse));
  const obstacles = [
    ...plan.inTheWay.map((obstacle) => ({ ...obstacle, obstacle: 'in_the_way' as const })),
    ...plan.impossible.map((obstacle) => ({ ...obstacle, obstacle: 'cannot_undo' as const })),
  ];
  return {
    ...{ rollback_id: 'none', success: false, operations_executed: 0, operations_failed: 0, duration: 0 },
    ...{ check_mode: true, kind: scope.kind },
    checkpoint_id: scope.kind === 'checkpoint' ? scope.checkpoint_id : null,
    plan: { changes, summary: `${changes.length} changes would be undone, ${obstacles.length} obstacles` },
    obstacles: obstacles.map(({ operationId, reason, obstacle }) => ({
      ...{ operation_id: operationId, reason, obstacle },
    })),
  };
}

export function presentRollback(rollback: Rollback): RollbackResult {
  const { id, status, scope, operations, createdAt, startedAt, completedAt, createdByName } = rollback;
  const failed = operations.filter((operation) => operation.status === 'Failed');
  const executed = operations.filter((operation) => operation.status === 'Completed');
  return {
    rollback_id: id,
    success: status === 'Completed',
    operations_executed: executed.length,
    operations_failed: failed.length,
    duration: seconds(startedAt, completedAt ?? new Date()),
    ...{ status, kind: scope.kind },
    checkpoint_id: scope.kind === 'checkpoint' ? scope.checkpoint_id : null,
    operations: operations.map((operation) => ({
      operation_id: operation.operationId,
      outcome: outcomeOf(operation),
      changes: operation.changes,
      error: operation.error,
    })),
    failures: failed.map(({ operationId, error }) => ({ operation_id: operationId, error: error ?? '' })),
    created_at: createdAt.toISOString(),
    completed_at: completedAt?.toISOString() ?? null,
    created_by: createdByName,
  };
}

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
  if (status === 'Completed') return alreadyGone === changes ? 'already_gone' : 'undone';
  return status === 'Failed' || status === 'Cancelled' ? 'failed' : 'pending';
}

const INVERSE = { create: 'destroy', change: 'change', destroy: 'create' } as const;

function inverse({ change, kind, infra, name, provider, before, after }: JournalEntry): PlannedChange {
  return {
    ...{ change: INVERSE[change], kind: kindOf(kind), infra, name, provider },
    before: after && attributesOf(after),
    after: before && attributesOf(before),
  };
}

function seconds(from: Date | null, to: Date): number {
  return from ? Math.round((to.getTime() - from.getTime()) / 100) / 10 : 0;
}
