import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import { distinctActs, type Act } from '../access/act.js';
import type { VisibleStatistics } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import { refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import { changeReport } from './change-report.js';
import type { InventoryStore } from './inventory-store.js';
import { changesBetween, type InventoryChange } from './inventory-change.js';
import type { CheckpointFilter } from './checkpoint-store.js';
import type { RollbackFilter, RollbackStores } from './rollback-store.js';
import {
  unknownCheckpoint,
  type Checkpoint,
  type JournalEntry,
  type Rollback,
  type RollbackScope,
  type RollbackStatistics,
  type RollbackSummary,
} from './rollback.js';
import {
  actsOfWork,
  PLAN_ATTEMPTS,
  refuseObstacles,
  stalePlan,
  submitRollback,
  type Permit,
  type PlannedRollback,
  type SubmittedRollback,
  type UndoWork,
} from './submission.js';
import { planUndo, type UndoPlan, type UndoStep } from './undo-plan.js';

/** What a rollback undoes with the help of the journal. */
export type UndoScope = Exclude<RollbackScope, { kind: 'restore' }>;

/** Checkpoints and rollbacks: to a checkpoint, or of single operations. */
export class RollbackService {
  constructor(
    private readonly stores: RollbackStores,
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  /**
   * Stores the present inventory under a name.
   * @param about infras: those that the checkpoint covers; null: all
   * @throws Failure `conflict` (`idempotency_key_reused`)
   */
  async createCheckpoint(
    about: { name: string; description: string | null; infras: readonly string[] | null },
    submitter: Submitter,
  ): Promise<{ id: string; replayed: boolean }> {
    const { userId: createdBy, username: createdByName, idempotency, actor } = submitter;
    const created = await this.stores.checkpoints.create(
      { id: uuidv7(), ...about, createdBy, createdByName, actor },
      idempotency,
    );
    if (created.outcome === 'conflict') throw refuseReusedKey();
    return { id: created.id, replayed: created.outcome === 'replayed' };
  }

  /** Newest first. */
  checkpoints(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }> {
    return this.stores.checkpoints.list(filter);
  }

  /** The infras that a checkpoint covers; without an id, those of all checkpoints. */
  infrasOf(checkpointId?: string): Promise<string[]> {
    return checkpointId === undefined
      ? this.stores.checkpoints.allInfras()
      : this.stores.checkpoints.infrasOf(checkpointId);
  }

  /** @throws Failure `not_found` (`checkpoint_not_found`) */
  async checkpoint(id: string): Promise<Checkpoint> {
    const checkpoint = await this.stores.checkpoints.find(id);
    if (!checkpoint) throw unknownCheckpoint(id);
    return checkpoint;
  }

  /**
   * Deletes a checkpoint and records it in the audit trail.
   * @throws Failure `not_found` (`checkpoint_not_found`), `conflict` (`checkpoint_in_use`)
   */
  async deleteCheckpoint(id: string, actor: Actor): Promise<void> {
    const deleted = await this.stores.checkpoints.delete(id, actor);
    if (deleted.outcome === 'unknown') throw unknownCheckpoint(id);
    if (deleted.outcome === 'in_use')
      throw new Failure(
        'conflict',
        `Checkpoint ${id} is in use by rollback ${deleted.rollbackId}. Delete it after the rollback has ended: GET /rollback/${deleted.rollbackId} shows its progress.`,
        { code: 'checkpoint_in_use' },
      );
  }

  /**
   * Plans a rollback.
   * @param permit asked about every act of the plan before the plan is returned
   * @throws Failure `not_found` (`checkpoint_not_found`, `operation_not_found`), `conflict` (`operation_ambiguous`),
   * `forbidden`
   */
  preview(scope: UndoScope, permit: Permit): Promise<UndoPlan> {
    return scope.kind === 'checkpoint'
      ? this.#previewCheckpoint(scope.checkpoint_id, permit)
      : this.#previewOperations(scope.operation_ids, permit);
  }

  /**
   * Plans and submits a rollback, as a batch.
   * @throws Failure as `preview`, and `conflict` with code `rollback_blocked`, `infra_busy`, `rollback_stale` or
   * `idempotency_key_reused`
   */
  async execute(scope: UndoScope, submitter: Submitter, permit: Permit): Promise<SubmittedRollback> {
    for (let attempt = 0; attempt < PLAN_ATTEMPTS; attempt++) {
      const planned = await this.plan(scope, permit);
      const submitted = await submitRollback(planned, submitter, this.stores.rollbacks, this.notifier);
      if (submitted) return submitted;
    }
    throw stalePlan();
  }

  /** Newest first. */
  list(filter: RollbackFilter): Promise<{ rollbacks: RollbackSummary[]; total: number }> {
    return this.stores.rollbacks.list(filter);
  }

  /**
   * The differences between a checkpoint and the inventory of now, in the order of their keys.
   * @throws Failure `not_found` (`checkpoint_not_found`)
   */
  async difference(id: string): Promise<InventoryChange[]> {
    const { infras } = await this.checkpoint(id);
    const [items, resources] = await Promise.all([
      this.stores.checkpoints.items(id),
      this.inventory.everything(infras ?? undefined),
    ]);
    return changesBetween(items, resources);
  }

  /** @throws Failure `not_found` (`rollback_not_found`) */
  async get(id: string): Promise<Rollback> {
    const rollback = await this.stores.rollbacks.find(id);
    if (!rollback)
      throw new Failure('not_found', `There is no rollback ${id}.`, { code: 'rollback_not_found' });
    return rollback;
  }

  /** @param visible counts only these; everything where absent */
  async statistics(visible?: VisibleStatistics): Promise<RollbackStatistics> {
    const [checkpoints, rollbacks] = await Promise.all([
      this.stores.checkpoints.count(visible?.checkpoints),
      this.stores.rollbacks.statistics(visible?.rollbacks),
    ]);
    return { checkpoints, ...rollbacks };
  }

  /** Plans a rollback that can be submitted. @throws Failure as `preview`, and `conflict` (`rollback_blocked`) */
  async plan(scope: UndoScope, permit: Permit): Promise<PlannedRollback> {
    const position = await this.stores.journal.position();
    const { steps, inTheWay, impossible } = await this.preview(scope, permit);
    // A rollback to a checkpoint undoes what it can; single operations are undone completely or not at all.
    refuseObstacles([...inTheWay, ...(scope.kind === 'operations' ? impossible : [])]);
    return { scope, works: steps.map(workOf), impossible, confirmed: [], position };
  }

  async #previewCheckpoint(id: string, permit: Permit): Promise<UndoPlan> {
    const { journalSeq, infras } = await this.checkpoint(id);
    const entries = await this.stores.journal.historyAfter(journalSeq, infras ?? undefined);
    const [existing, wanted] = await Promise.all([
      this.inventory.everything(infrasIn(entries)),
      this.stores.checkpoints.items(id),
    ]);
    const plan = planUndo(entries, entries, existing, wanted);
    await permit.toDo(actsOfUndoing([...plan.about, ...plan.steps.flatMap(({ changes }) => changes)]));
    return plan;
  }

  async #previewOperations(ids: readonly string[], permit: Permit): Promise<UndoPlan> {
    const chosen = (await Promise.all(ids.map((id) => this.#changesOf(id)))).flat();
    await permit.toDo(actsOfUndoing(chosen));
    const first = chosen.reduce((lowest, { seq }) => Math.min(lowest, seq), Infinity);
    const infras = infrasIn(chosen);
    const [later, existing] = await Promise.all([
      this.stores.journal.changesAfter(first, infras),
      this.inventory.everything(infras),
    ]);
    return planUndo(chosen, later, existing);
  }

  async #changesOf(operationId: string): Promise<JournalEntry[]> {
    const entries = await this.stores.journal.changesOf(operationId);
    const tasks = new Set(entries.map(({ taskId }) => taskId));
    if (tasks.size === 1) return entries;
    if (tasks.size === 0)
      throw new Failure(
        'not_found',
        `There is nothing to undo of the operation ${operationId}: it has changed nothing, or was undone already.`,
        { code: 'operation_not_found' },
      );
    throw new Failure(
      'conflict',
      `Several operations have the id ${operationId}. Use the id of the operation's task instead.`,
      { code: 'operation_ambiguous' },
    );
  }
}

function infrasIn(entries: readonly JournalEntry[]): string[] {
  return [...new Set(entries.map(({ infra }) => infra))];
}

/** The acts of undoing these changes. */
function actsOfUndoing(entries: readonly JournalEntry[]): Act[] {
  return distinctActs(
    entries.flatMap((entry) =>
      actsOfWork({ infra: entry.infra, provider: entry.provider, changes: [changeReport(entry)] }),
    ),
  );
}

function workOf({ operationId, along, infra, provider, changes, entries }: UndoStep): UndoWork {
  return {
    infra,
    provider,
    undoes: operationId,
    along,
    entries: entries.map(({ seq }) => seq),
    changes: [...changes].reverse().map(changeReport),
  };
}
