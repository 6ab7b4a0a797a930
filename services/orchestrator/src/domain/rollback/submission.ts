import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Act } from '../access/act.js';
import { actsOfOperation } from '../access/acts-of.js';
import { scopeOf } from '../access/scope.js';
import type { NewOperation } from '../batch/batch.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { RollbackStore } from './rollback-store.js';
import { authorshipOf, refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import type { Obstacle, RollbackScope } from './rollback.js';
import { dependenciesOf } from './work-order.js';

const PLAN_TRIES = 3;
const RETRIES = 2;
const MAX_ATTEMPTS = 5;

/** Undoes some changes of one operation, or of none where the changes are made up to restore a checkpoint. */
export interface UndoWork {
  infra: string;
  provider: string;
  /** The operation that made them. */
  undoes: string | null;
  /** Others whose changes are undone by the same acts, and how many changes of each. */
  along: readonly { operationId: string; changes: number }[];
  /** Their places in the journal. */
  entries: number[];
  /** Reports of what was done, in the order in which it was. */
  changes: object[];
}

/** A plan that was made while the journal stood at `position`. */
export interface Planned {
  scope: RollbackScope;
  works: readonly UndoWork[];
  /** What stays as it is since nobody can undo it. */
  impossible: readonly Obstacle[];
  position: number;
}

/** Asks the policies. Each throws a Failure `forbidden`. */
export interface Permit {
  /** Whether all of this may be done. */
  toDo(acts: readonly Act[]): Promise<void>;
  /** Whether all of these infras may be read. */
  toRead(infras: readonly string[]): Promise<void>;
}

/** Plans and begins; plans again where the infrastructure was changed in between. */
export async function submitPlanned(
  plan: () => Promise<Planned>,
  store: Pick<RollbackStore, 'submit'>,
  notifier: WorkerNotifier,
  submitter: Submitter,
): Promise<{ id: string; replayed: boolean }> {
  for (let tries = 0; tries <= PLAN_TRIES; tries++) {
    const { scope, works, impossible, position } = await plan();
    const rollback = {
      id: uuidv7(),
      scope,
      impossible,
      infras: [...new Set(works.map(({ infra }) => infra))].sort(),
      ...authorshipOf(submitter),
      accessScope: scopeOf(submitter.userId, works.flatMap(actsOfWork)),
    };
    const submitted = await store.submit(rollback, operationsOf(works), position, submitter.idempotency);
    switch (submitted.outcome) {
      case 'stale':
        continue;
      case 'busy':
        throw new Failure(
          'conflict',
          `One of these infras is being changed by ${submitted.holderId}: wait for its end, or cancel it.`,
          { code: 'infra_busy' },
        );
      case 'conflict':
        throw refuseReusedKey();
      case 'created':
        notifier.notify(submitted.ready);
        return { id: submitted.batchId, replayed: false };
      default:
        return { id: submitted.batchId, replayed: true };
    }
  }
  throw new Failure('conflict', 'The infrastructure changes faster than this can be planned: try again.', {
    code: 'rollback_stale',
  });
}

/** What it does to which things. */
export function actsOfWork({
  infra,
  provider,
  changes,
}: Pick<UndoWork, 'infra' | 'provider' | 'changes'>): Act[] {
  return actsOfOperation({ id: '', type: 'undo', dependencies: [], infra, provider, changes });
}

/** @throws Failure if something stands in the way */
export function refuseObstacles(obstacles: readonly Obstacle[]): void {
  const [first] = obstacles;
  if (!first) return;
  throw new Failure('conflict', `This cannot be undone as it stands: ${first.reason}`, {
    code: 'rollback_blocked',
    details: obstacles
      .slice(0, 20)
      .map(({ operationId, reason }) => ({ path: operationId ?? '', message: reason })),
  });
}

/** Each waits for those before it that it is bound to; the refusal of one keeps no independent one from being done. */
function operationsOf(works: readonly UndoWork[]): NewOperation[] {
  const ids = works.map(() => uuidv7());
  const dependencies = dependenciesOf(works);
  return works.map(({ undoes, along, infra, provider, entries, changes }, seq): NewOperation => ({
    id: ids[seq]!,
    spec: {
      ...{ id: `undo-${seq + 1}`, type: 'undo', infra, provider, dependencies: [] },
      ...{ undoes: undoes ?? ids[seq]!, along, entries, changes },
    },
    seq,
    status: dependencies[seq]?.length === 0 ? 'Waiting' : 'Blocked',
    dependsOn: dependencies[seq]?.map((position) => ids[position]!) ?? [],
    pendingDeps: dependencies[seq]?.length ?? 0,
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
  }));
}
