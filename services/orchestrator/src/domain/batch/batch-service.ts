import { Failure } from '@provisioning/errors';
import type { SemanticChange } from '@provisioning/provisioner/plan';
import { v7 as uuidv7 } from 'uuid';
import { actsOfOperation } from '../access/acts-of.js';
import { DistinctActs, type Act } from '../access/act.js';
import { scopeOf, type Scope } from '../access/scope.js';
import type { Actor } from '../audit/actor.js';
import type { BatchFilter, BatchStore, FoundBatch } from './batch-store.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { InventoryStore } from '../rollback/inventory-store.js';
import type { Definitions } from '../workflow/definitions.js';
import { authorshipOf, refuseReusedKey, type Authorship, type Submitter } from '../workflow/submitter.js';
import {
  asSubmitted,
  unknownBatch,
  type Batch,
  type BatchSummary,
  type NewBatch,
  type NewOperation,
  type OnFailure,
  type Operation,
  type OperationSpec,
  type OperationSummary,
} from './batch.js';
import { findPlacement } from './placement.js';
import { forEachPausing, noPause, type Pause } from './pause.js';
import { checkOperations, planOperations, type Capabilities } from './operations.js';

/** A batch as the API receives it, with all defaults. */
export interface BatchRequest {
  name: string;
  version: string | null;
  storageBackend: string | null;
  parallelLimit: number;
  rollbackEnabled: boolean;
  onFailure: OnFailure;
  operations: readonly OperationSpec[];
}

/** A batch in its state at submission; `replayed`: by an earlier request with the same Idempotency-Key. */
export interface SubmittedBatch extends BatchSummary {
  replayed: boolean;
}

/** Which operations a resumed batch keeps (`kept`) and which it runs again. */
export interface ResumePreview {
  batch: Batch;
  operations: { id: string; kept: boolean }[];
}

/** Submits, reads, cancels and resumes batches. */
export class BatchService {
  constructor(
    private readonly store: BatchStore,
    private readonly notifier: WorkerNotifier,
    private readonly capabilities: Omit<Capabilities, 'definitions'>,
    private readonly definitions: Definitions,
    private readonly inventory: Pick<InventoryStore, 'providersOf'>,
    private readonly pause?: Pause,
  ) {}

  /**
   * Checks and stores a batch. It is durable when this resolves.
   * @throws Failure `invalid` (`invalid_batch`), `conflict` (`idempotency_key_reused`)
   */
  async execute(request: BatchRequest, submitter: Submitter): Promise<SubmittedBatch> {
    await this.#check(request.operations);
    const operations = await this.#plan(request.operations);
    return this.#submit({ ...request, resumeOf: null }, operations, submitter);
  }

  /** Checks operations and returns them with all defaults. Nothing is stored. @throws Failure `invalid` (`invalid_batch`) */
  async plan(
    operations: readonly OperationSpec[],
  ): Promise<{ operations: OperationSpec[]; infras: string[] }> {
    await this.#check(operations);
    const planned = await this.#plan(operations);
    return { operations: planned.map(({ spec }) => spec), infras: infrasOf(planned) };
  }

  /** @throws Failure `not_found` (`batch_not_found`) */
  async get(id: string): Promise<FoundBatch> {
    const found = await this.store.find(id);
    if (!found) throw unknownBatch(id);
    return found;
  }

  /** Newest first. */
  list(
    filter: BatchFilter,
  ): Promise<{ batches: (Batch & { operations: OperationSummary[] })[]; total: number }> {
    return this.store.list(filter);
  }

  /**
   * Cancels waiting operations at once and asks workers to end running ones. The batch stays `Running` until they have ended.
   * @param by user name for the error texts
   * @throws Failure `not_found` (`batch_not_found`), `conflict` (`batch_ended`, `batch_rolling_back`)
   */
  async cancel(id: string, by: string, actor?: Actor): Promise<void> {
    const { outcome, ready } = await this.store.cancel(id, by, actor);
    if (outcome === 'unknown') throw unknownBatch(id);
    if (outcome === 'refused')
      throw new Failure(
        'conflict',
        `The batch ${id} is being rolled back and cannot be cancelled. GET /batch/operations/${id} shows its progress.`,
        { code: 'batch_rolling_back' },
      );
    if (outcome === 'ended')
      throw new Failure('conflict', `The batch ${id} has ended and cannot be cancelled.`, {
        code: 'batch_ended',
      });
    this.notifier.notify(ready);
  }

  /** Shows what `resume` would do. @throws Failure as `resume` */
  async previewResume(id: string): Promise<ResumePreview> {
    const { batch, operations, resumedBy } = await this.#resumable(id);
    if (resumedBy) throw resumedBefore(id, resumedBy);
    return {
      batch,
      operations: operations.map((operation) => ({ id: operation.id, kept: isKept(operation) })),
    };
  }

  /**
   * Submits a new batch that keeps completed operations and runs the others again.
   * @throws Failure `not_found` (`batch_not_found`), `conflict` (`batch_not_resumable`, `batch_resumed`), and as `execute`
   */
  async resume(id: string, submitter: Submitter): Promise<SubmittedBatch> {
    const { batch, operations } = await this.#resumable(id);
    const specs = operations.map(({ spec }) => spec);
    const kept = new Map(operations.filter(isKept).map(({ id: key, taskId }) => [key, taskId]));
    await this.#check(specs, new Set(kept.keys()));
    const again = new Map(operations.flatMap((one) => (isKept(one) ? [] : [[one.id, one.taskId]])));
    const planned = await this.#plan(specs, kept, again);
    return this.#submit({ ...batch, resumeOf: id }, planned, submitter);
  }

  /**
   * Checks a batch that executes an approved plan, and returns it as it is stored.
   * @param approved the changes of each operation, by its id
   * @throws Failure as `execute`
   */
  async ofPlan(
    id: string,
    request: BatchRequest,
    approved: ReadonlyMap<string, readonly SemanticChange[]>,
    submitter: Submitter,
  ): Promise<{ batch: NewBatch; operations: NewOperation[] }> {
    await this.#check(request.operations);
    const planned = await this.#plan(request.operations);
    const operations = planned.map((operation) => {
      const changes = approved.get(operation.spec.id);
      return changes ? { ...operation, spec: { ...operation.spec, planned: changes } } : operation;
    });
    return {
      batch: await this.#newBatch(id, { ...request, resumeOf: null }, operations, submitter),
      operations,
    };
  }

  /** Notifies the workers of a batch that was stored. */
  announce({ id, name, infras, createdByName }: NewBatch): void {
    this.notifier.submitted({ id, kind: 'batch', name, infras, submittedBy: createdByName });
  }

  /** A stored batch in its state at submission. @throws Failure `not_found` (`batch_not_found`) */
  async submitted(id: string, replayed: boolean): Promise<SubmittedBatch> {
    const found = await this.store.summary(id);
    if (!found) throw unknownBatch(id);
    return { ...asSubmitted(found), replayed };
  }

  /** Returns the access scope that a batch would have. @throws Failure `invalid` (`invalid_batch`) for too many acts */
  async scopeOf(name: string, specs: readonly OperationSpec[], owner: string): Promise<Scope> {
    const { elsewhere } = await findPlacement(specs, this.inventory, this.pause);
    return scopeOfBatch(name, specs, (spec) => actsOfOperation(spec, elsewhere(spec)), owner, this.pause);
  }

  async #plan(
    specs: readonly OperationSpec[],
    kept?: ReadonlyMap<string, string>,
    earlier?: ReadonlyMap<string, string>,
  ): Promise<NewOperation[]> {
    const placement = await findPlacement(specs, this.inventory, this.pause);
    return planOperations(specs, kept, this.pause, placement, earlier);
  }

  async #check(specs: readonly OperationSpec[], kept?: ReadonlySet<string>): Promise<void> {
    const capabilities = { ...this.capabilities, definitions: await this.definitions.known() };
    await checkOperations(specs, capabilities, kept, this.pause);
  }

  async #resumable(id: string): Promise<FoundBatch> {
    const found = await this.get(id);
    const { status } = found.batch;
    if (status === 'Failed' || status === 'Cancelled') return found;
    const why =
      status === 'Completed'
        ? 'has completed'
        : status === 'RolledBack'
          ? 'was rolled back, so there is nothing to resume. Submit it again'
          : 'has not ended';
    throw new Failure('conflict', `The batch ${id} ${why}.`, { code: 'batch_not_resumable' });
  }

  async #newBatch(
    id: string,
    about: Omit<NewBatch, keyof Authorship | 'id' | 'infras' | 'scope'>,
    operations: readonly NewOperation[],
    submitter: Submitter,
  ): Promise<NewBatch> {
    const { name, version, storageBackend, parallelLimit, rollbackEnabled, onFailure, resumeOf } = about;
    return {
      id,
      name,
      version,
      storageBackend,
      parallelLimit,
      rollbackEnabled,
      onFailure,
      resumeOf,
      infras: infrasOf(operations),
      ...authorshipOf(submitter),
      scope: await scopeOfBatch(name, operations, ({ acts }) => acts, submitter.userId, this.pause),
    };
  }

  async #submit(
    about: Omit<NewBatch, keyof Authorship | 'id' | 'infras' | 'scope'>,
    operations: NewOperation[],
    submitter: Submitter,
  ): Promise<SubmittedBatch> {
    const batch = await this.#newBatch(uuidv7(), about, operations, submitter);
    const submitted = await this.store.submit(batch, operations, submitter.idempotency);
    if (submitted.outcome === 'conflict') throw refuseReusedKey();
    if (submitted.outcome === 'resumed') throw resumedBefore(about.resumeOf, submitted.batchId);
    if (submitted.outcome === 'created') this.announce(batch);
    return this.submitted(submitted.batchId, submitted.outcome === 'replayed');
  }
}

function infrasOf(operations: readonly Pick<NewOperation, 'spec'>[]): string[] {
  return [...new Set(operations.map(({ spec }) => spec.infra))].sort();
}

/** Limit of different acts of one batch. Operations of the same kind in the same infra share an act. */
const MOST_ACTS = 2_000;

/** @throws Failure `invalid` (`invalid_batch`) for more than {@link MOST_ACTS} acts */
async function scopeOfBatch<T>(
  name: string,
  operations: readonly T[],
  actsOf: (operation: T) => readonly Act[],
  owner: string,
  pause = noPause,
): Promise<Scope> {
  const distinct = new DistinctActs();
  await forEachPausing(operations, pause, (operation) => distinct.add(actsOf(operation)));
  const scope = scopeOf(owner, distinct.all(), { batch: name });
  const count = scope.acts.length;
  if (count <= MOST_ACTS) return scope;
  const message = `must have at most ${MOST_ACTS} different acts, and have ${count}. Split the batch`;
  throw new Failure('invalid', `The batch cannot be run: operations ${message}.`, {
    code: 'invalid_batch',
    details: [{ path: 'operations', message }],
  });
}

function resumedBefore(id: string | null, by: string): Failure {
  return new Failure('conflict', `The batch ${id} was already resumed. Continue with the batch ${by}.`, {
    code: 'batch_resumed',
  });
}

/** Whether an operation has completed and was not undone. */
function isKept({ status, undo }: Operation): boolean {
  return status === 'Completed' && undo !== 'Completed';
}
