import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { NewOperation } from '../batch/batch.js';
import type { Doorbell, RollbackStore } from '../ports.js';
import { refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import {
  unknownCheckpoint,
  type Checkpoint,
  type JournalEntry,
  type Rollback,
  type RollbackScope,
  type RollbackStatistics,
} from './rollback.js';
import { planUndo, type UndoPlan, type UndoStep } from './undo-plan.js';

type Page = { limit: number; offset: number };

const PLAN_TRIES = 3;
const RETRIES = 2;
const MAX_ATTEMPTS = 5;

/** Checkpoints, and going back: to one of them, or from single operations. */
export class RollbackService {
  constructor(
    private readonly store: RollbackStore,
    private readonly doorbell: Doorbell,
  ) {}

  async createCheckpoint(
    about: { name: string; description: string | null },
    submitter: Submitter,
  ): Promise<{ id: string; replayed: boolean }> {
    const { userId: createdBy, username: createdByName, idempotency } = submitter;
    const created = await this.store.createCheckpoint(
      { id: uuidv7(), ...about, createdBy, createdByName },
      idempotency,
    );
    if (created.outcome === 'conflict') throw refuseReusedKey();
    return { id: created.id, replayed: created.outcome === 'replayed' };
  }

  checkpoints(page: Page): Promise<{ checkpoints: Checkpoint[]; total: number }> {
    return this.store.checkpoints(page);
  }

  async checkpoint(id: string): Promise<Checkpoint> {
    const checkpoint = await this.store.checkpoint(id);
    if (!checkpoint) throw unknownCheckpoint(id);
    return checkpoint;
  }

  /** What would be undone, in which order, and what stands in the way. */
  async preview(scope: RollbackScope): Promise<UndoPlan> {
    if (scope.kind === 'checkpoint') {
      const { journalSeq } = await this.checkpoint(scope.checkpoint_id);
      const entries = await this.store.changesAfter(journalSeq);
      return planUndo(entries, entries);
    }
    const chosen = await this.#changesOf(scope.operation_ids);
    const first = Math.min(...chosen.map(({ seq }) => seq));
    return planUndo(chosen, await this.store.changesAfter(first));
  }

  /** Undoes just what `preview` shows, as a durable batch of its own. */
  async execute(scope: RollbackScope, submitter: Submitter): Promise<{ id: string; replayed: boolean }> {
    for (let tries = PLAN_TRIES; ; tries--) {
      const position = await this.store.position();
      const done = await this.#begin(scope, await this.preview(scope), position, submitter);
      if (done !== 'stale') return done;
      if (tries === 0)
        throw new Failure(
          'conflict',
          'The infrastructure changes faster than this can be planned: try again.',
          {
            code: 'rollback_stale',
          },
        );
    }
  }

  async #begin(
    scope: RollbackScope,
    plan: UndoPlan,
    position: number,
    submitter: Submitter,
  ): Promise<{ id: string; replayed: boolean } | 'stale'> {
    const obstacles = [...plan.inTheWay, ...(scope.kind === 'operations' ? plan.impossible : [])];
    if (obstacles.length > 0) {
      throw new Failure('conflict', `This cannot be undone as it stands: ${obstacles[0]!.reason}`, {
        code: 'rollback_blocked',
        details: obstacles
          .slice(0, 20)
          .map(({ operationId, reason }) => ({ path: operationId, message: reason })),
      });
    }
    const { userId: createdBy, username: createdByName, requestId, traceparent, idempotency } = submitter;
    const submitted = await this.store.submit(
      {
        ...{ id: uuidv7(), scope, infras: [...new Set(plan.steps.map(({ infra }) => infra))].sort() },
        ...{ createdBy, createdByName, requestId, traceparent },
      },
      operationsOf(plan.steps),
      position,
      idempotency,
    );
    if (submitted.outcome === 'stale') return 'stale';
    if (submitted.outcome === 'busy')
      throw new Failure(
        'conflict',
        `One of these infras is being changed by ${submitted.holderId}: wait for its end, or cancel it.`,
        { code: 'infra_busy' },
      );
    if (submitted.outcome === 'conflict') throw refuseReusedKey();
    if (submitted.outcome === 'created') await this.doorbell.ring(submitted.ready);
    return { id: submitted.batchId, replayed: submitted.outcome === 'replayed' };
  }

  async get(id: string): Promise<Rollback> {
    const rollback = await this.store.find(id);
    if (!rollback)
      throw new Failure('not_found', `There is no rollback ${id}.`, { code: 'rollback_not_found' });
    return rollback;
  }

  statistics(): Promise<RollbackStatistics> {
    return this.store.statistics();
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

/** One after the other: each waits for the one before it. */
function operationsOf(steps: readonly UndoStep[]): NewOperation[] {
  const ids = steps.map(() => uuidv7());
  return steps.map(({ operationId, infra, provider, entries }, seq): NewOperation => ({
    id: ids[seq]!,
    spec: {
      ...{ id: `undo-${seq + 1}`, type: 'undo', infra, provider, dependencies: [] },
      ...{ undoes: operationId, entries: entries.map((entry) => entry.seq) },
      // In the order in which they were made: whoever undoes them goes backwards.
      changes: [...entries].reverse().map(changeReport),
    },
    seq,
    status: seq === 0 ? 'Waiting' : 'Blocked',
    dependsOn: seq === 0 ? [] : [ids[seq - 1]!],
    pendingDeps: seq === 0 ? 0 : 1,
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
  }));
}

const ACTION = { create: 'created', change: 'changed', destroy: 'destroyed' } as const;

function changeReport({ infra, kind, name, change, driver, before, after }: JournalEntry) {
  return { type: 'resource', kind, name, infra, action: ACTION[change], driver, before, after };
}
