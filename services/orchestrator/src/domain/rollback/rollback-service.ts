import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import { distinctActs, type Act } from '../access/act.js';
import type { VisibleStatistics } from '../access/visibility.js';
import type { CheckpointFilter, RollbackStore } from './rollback-store.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { InventoryStore } from './inventory-store.js';
import { authorshipOf, refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import {
  unknownCheckpoint,
  type Checkpoint,
  type JournalEntry,
  type Rollback,
  type RollbackScope,
  type RollbackStatistics,
} from './rollback.js';
import { actsOfWork, refuseObstacles, submitPlanned, type Permit, type UndoWork } from './submission.js';
import { past, planUndo, type UndoPlan, type UndoStep } from './undo-plan.js';

/** What is undone by the journal. */
export type UndoScope = Exclude<RollbackScope, { kind: 'restore' }>;

/** Checkpoints, and going back: to one of them, or from single operations. */
export class RollbackService {
  constructor(
    private readonly store: RollbackStore,
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  async createCheckpoint(
    about: { name: string; description: string | null; infras: readonly string[] | null },
    submitter: Submitter,
  ): Promise<{ id: string; replayed: boolean }> {
    const created = await this.store.createCheckpoint(
      { id: uuidv7(), ...about, ...authorshipOf(submitter) },
      submitter.idempotency,
    );
    if (created.outcome === 'conflict') throw refuseReusedKey();
    return { id: created.id, replayed: created.outcome === 'replayed' };
  }

  checkpoints(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }> {
    return this.store.checkpoints(filter);
  }

  /** The infras that a checkpoint is about; without an id, those that any is about. */
  infrasOf(checkpointId?: string): Promise<string[]> {
    return checkpointId === undefined ? this.store.checkpointedInfras() : this.store.infrasOf(checkpointId);
  }

  async checkpoint(id: string): Promise<Checkpoint> {
    const checkpoint = await this.store.checkpoint(id);
    if (!checkpoint) throw unknownCheckpoint(id);
    return checkpoint;
  }

  /**
   * What would be undone, in which order, and what stands in the way.
   * @param permit asked about all that is to be undone before anything is said of it
   */
  async preview(scope: UndoScope, permit: Permit): Promise<UndoPlan> {
    if (scope.kind === 'checkpoint') {
      const { journalSeq, infras } = await this.checkpoint(scope.checkpoint_id);
      const entries = await this.store.historyAfter(journalSeq);
      const covered = entries.filter(({ infra }) => infras?.includes(infra) ?? true);
      const [existing, wanted] = await Promise.all([
        this.inventory.everything(undefined),
        this.store.items(scope.checkpoint_id),
      ]);
      const plan = planUndo(covered, entries, existing, wanted);
      await permit.toDo(actsOfUndoing([...plan.about, ...plan.steps.flatMap(({ changes }) => changes)]));
      return plan;
    }
    const chosen = await this.#changesOf(scope.operation_ids);
    await permit.toDo(actsOfUndoing(chosen));
    const first = chosen.reduce((lowest, { seq }) => Math.min(lowest, seq), Infinity);
    const [later, existing] = await Promise.all([
      this.store.changesAfter(first),
      this.inventory.everything(undefined),
    ]);
    return planUndo(chosen, later, existing);
  }

  /** Undoes just what `preview` shows, as a durable batch of its own. */
  execute(
    scope: UndoScope,
    submitter: Submitter,
    permit: Permit,
  ): Promise<{ id: string; replayed: boolean }> {
    const plan = async () => {
      const position = await this.store.position();
      const { steps, inTheWay, impossible } = await this.preview(scope, permit);
      refuseObstacles([...inTheWay, ...(scope.kind === 'operations' ? impossible : [])]);
      return { scope, works: steps.map(workOf), impossible, position };
    };
    return submitPlanned(plan, this.store, this.notifier, submitter);
  }

  async get(id: string): Promise<Rollback> {
    const rollback = await this.store.find(id);
    if (!rollback)
      throw new Failure('not_found', `There is no rollback ${id}.`, { code: 'rollback_not_found' });
    return rollback;
  }

  statistics(visible?: VisibleStatistics): Promise<RollbackStatistics> {
    return this.store.statistics(visible);
  }

  async #changesOf(operationIds: readonly string[]): Promise<JournalEntry[]> {
    const found = await Promise.all(
      operationIds.map(async (id) => {
        const entries = await this.store.changesOf(id);
        const tasks = new Set(entries.map(({ taskId }) => taskId));
        if (tasks.size === 1) return entries;
        const message =
          tasks.size === 0
            ? `There is nothing to undo of the operation ${id}: it has changed nothing, or was undone already.`
            : `Several operations have the id ${id}: name the one that is meant by its task’s id.`;
        throw new Failure(tasks.size === 0 ? 'not_found' : 'conflict', message, {
          code: tasks.size === 0 ? 'operation_not_found' : 'operation_ambiguous',
        });
      }),
    );
    return found.flat();
  }
}

/** What undoing these changes does. */
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
    // In the order in which they were made: undoing goes backwards.
    changes: [...changes].reverse().map(changeReport),
  };
}

function changeReport(entry: JournalEntry) {
  const { infra, kind, name, driver, before, after } = entry;
  return { type: 'resource', kind, name, infra, action: past(entry), driver, before, after };
}
