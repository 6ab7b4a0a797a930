import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Act } from '../access/act.js';
import { actsOfOperation } from '../access/acts-of.js';
import { scopeOf } from '../access/scope.js';
import type { NewOperation } from '../batch/batch.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import { authorshipOf, refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import type { ChangeReport } from './change-report.js';
import type { NewRollback, RollbackStore } from './rollback-store.js';
import type { Obstacle, RollbackScope } from './rollback.js';
import { dependenciesOf } from './work-order.js';

/** How often a rollback is planned, if the infrastructure changes between the plan and the submission. */
export const PLAN_ATTEMPTS = 4;
const RETRIES = 2;
const MAX_ATTEMPTS = 5;

/** The work of one undo operation. */
export interface UndoWork {
  infra: string;
  provider: string;
  /** The operation that made the changes; null for a restore, whose changes are computed. */
  undoes: string | null;
  /** Further operations whose changes the same work undoes, and how many changes of each. */
  along: readonly { operationId: string; changes: number }[];
  /** Numbers of the journal entries that are undone. */
  entries: number[];
  /** The changes to reverse, oldest first. */
  changes: ChangeReport[];
}

/** A rollback or restore that can be submitted. */
export interface PlannedRollback {
  scope: RollbackScope;
  /** In the order in which they must run. */
  works: readonly UndoWork[];
  /** What the plan leaves as it is, because it cannot be undone. */
  impossible: readonly Obstacle[];
  /** What it destroys although the platform did not create it, as the user has confirmed. */
  confirmed: readonly Obstacle[];
  /** Number of the newest journal entry before planning began: the plan is stale once its infras have newer entries. */
  position: number;
}

/** A rollback that was stored; `replayed`: by an earlier request with the same Idempotency-Key. */
export interface SubmittedRollback {
  id: string;
  replayed: boolean;
}

/** Asks the policies. Each method throws a Failure `forbidden`. */
export interface Permit {
  /** Whether all of these acts are allowed. */
  toDo(acts: readonly Act[]): Promise<void>;
  /** Whether all of these infras may be read. */
  toRead(infras: readonly string[]): Promise<void>;
}

/**
 * Stores a planned rollback as a batch and wakes the workers.
 * @returns undefined if the infrastructure has changed since the plan was made: plan again
 * @throws Failure `conflict` with code `infra_busy` or `idempotency_key_reused`
 */
export async function submitRollback(
  planned: PlannedRollback,
  submitter: Submitter,
  store: Pick<RollbackStore, 'submit'>,
  notifier: Pick<WorkerNotifier, 'submitted'>,
): Promise<SubmittedRollback | undefined> {
  const { rollback, operations } = rollbackOf(uuidv7(), planned, submitter);
  const submitted = await store.submit(rollback, operations, planned.position, submitter.idempotency);
  switch (submitted.outcome) {
    case 'stale':
      return undefined;
    case 'busy':
      throw new Failure(
        'conflict',
        `One of these infras is being changed by ${submitted.holderId}. Wait until it has ended, or cancel it.`,
        { code: 'infra_busy' },
      );
    case 'conflict':
      throw refuseReusedKey();
    case 'created':
      notifier.submitted({
        id: submitted.batchId,
        kind: 'rollback',
        name: 'rollback',
        infras: rollback.infras,
        submittedBy: submitter.username,
      });
      return { id: submitted.batchId, replayed: false };
    default:
      return { id: submitted.batchId, replayed: true };
  }
}

/** Returns a rollback as it is stored. */
export function rollbackOf(
  id: string,
  { scope, works, impossible }: Pick<PlannedRollback, 'scope' | 'works' | 'impossible'>,
  submitter: Submitter,
): { rollback: NewRollback; operations: NewOperation[] } {
  const rollback = {
    ...authorshipOf(submitter),
    id,
    scope,
    impossible,
    infras: [...new Set(works.map(({ infra }) => infra))].sort(),
    accessScope: scopeOf(submitter.userId, works.flatMap(actsOfWork)),
  };
  return { rollback, operations: operationsOf(works) };
}

/** The Failure when every one of {@link PLAN_ATTEMPTS} plans was stale. */
export function stalePlan(): Failure {
  return new Failure(
    'conflict',
    'The infrastructure is changing while the rollback is being planned. Try again when the other work has ended.',
    { code: 'rollback_stale' },
  );
}

/** The acts of an undo operation, for the policies. */
export function actsOfWork({
  infra,
  provider,
  changes,
}: Pick<UndoWork, 'infra' | 'provider' | 'changes'>): Act[] {
  return actsOfOperation({ id: '', type: 'undo', dependencies: [], infra, provider, changes });
}

/** @throws Failure `conflict` with code `rollback_blocked` if there is an obstacle; the first 20 are its details */
export function refuseObstacles(obstacles: readonly Obstacle[]): void {
  const [first] = obstacles;
  if (!first) return;
  throw new Failure('conflict', `The rollback cannot start: ${first.reason}`, {
    code: 'rollback_blocked',
    details: obstacles
      .slice(0, 20)
      .map(({ operationId, reason }) => ({ path: operationId ?? '', message: reason })),
  });
}

function operationsOf(works: readonly UndoWork[]): NewOperation[] {
  const ids = works.map(() => uuidv7());
  const dependencies = dependenciesOf(works);
  return works.map(({ undoes, along, infra, provider, entries, changes }, seq): NewOperation => {
    const dependsOn = dependencies[seq]?.map((position) => ids[position]!) ?? [];
    return {
      id: ids[seq]!,
      spec: {
        id: `undo-${seq + 1}`,
        type: 'undo',
        infra,
        provider,
        dependencies: [],
        undoes: undoes ?? ids[seq]!,
        along,
        entries,
        changes,
      },
      seq,
      status: dependsOn.length === 0 ? 'Waiting' : 'Blocked',
      dependsOn,
      pendingDeps: dependsOn.length,
      runner: 'operation',
      program: 'undo',
      args: [],
      maxAttempts: MAX_ATTEMPTS,
      repeatable: true,
      reconcilable: false,
      undoable: false,
      retries: RETRIES,
      timeoutSeconds: null,
      keptFrom: null,
      retryOf: null,
      acts: actsOfWork({ infra, provider, changes }),
    };
  });
}
