import type { BaseVersion, Kind } from '@provisioning/provisioner/plan';
import { comparedAttributes } from '@provisioning/provisioner/plan';
import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import { scopeOf, type Scope } from '../access/scope.js';
import type { ReportedAction } from '../rollback/change-report.js';
import type { RestoreService } from '../rollback/restore-service.js';
import type { RollbackService } from '../rollback/rollback-service.js';
import type { ChangeKind } from '../rollback/rollback.js';
import {
  actsOfWork,
  rollbackOf,
  type Permit,
  type PlannedRollback,
  type UndoWork,
} from '../rollback/submission.js';
import type { Survey } from '../state/survey.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { Submitter } from '../workflow/submitter.js';
import type { PlannedRequest, RestoreRequest } from './plan.js';
import type { PlanningTask, PlanStore } from './plan-store.js';
import type { Planner, Planning, Run } from './planner.js';

/** A request to plan a rollback or restore. */
export type UndoRequest = Extract<PlannedRequest, { kind: 'rollback' | 'restore' }>;

/** A rollback or restore that was planned with the rights of its submitter. */
export interface PlannedUndo extends Planning {
  infras: string[];
  scope: Scope;
}

interface UndoParts {
  rollbacks: Pick<RollbackService, 'plan'>;
  restores: Pick<RestoreService, 'plan' | 'infrasOf' | 'survey'>;
  store: Pick<PlanStore, 'startRollback'>;
  notifier: Pick<WorkerNotifier, 'submitted'>;
}

/** An equal digest means equal changes, for which the policies were asked when the execution was requested. */
const ASKED_BEFORE: Permit = { toDo: () => Promise.resolve(), toRead: () => Promise.resolve() };

/** Plans rollbacks, which need only the journal, and restores, for which a survey asks the providers. */
export class UndoPlanning {
  constructor(private readonly parts: UndoParts) {}

  /**
   * Plans at once, as the preview does.
   * @throws Failure as the rollback or restore itself, and `conflict` (`nothing_to_change`)
   */
  async preview(requested: UndoRequest, submitter: Submitter, permit: Permit): Promise<PlannedUndo> {
    const planned = await this.#plan(requested, permit, (infras) =>
      this.parts.restores.survey(infras, submitter),
    );
    const { works } = planned;
    if (works.length === 0)
      throw new Failure('conflict', `The ${requested.kind} would change nothing, so there is no plan.`, {
        code: 'nothing_to_change',
      });
    return {
      ...planningOf(requested, planned),
      infras: [...new Set(works.map(({ infra }) => infra))].sort(),
      scope: scopeOf(submitter.userId, works.flatMap(actsOfWork)),
    };
  }

  readonly rollback: Planner<'rollback'> = {
    task: () => Promise.resolve(null),
    conclude: async (request) => {
      const requested = { kind: 'rollback', request } as const;
      return planningOf(requested, await this.#plan(requested, ASKED_BEFORE));
    },
    start: (run) => this.#start(run),
  };

  readonly restore: Planner<'restore'> = {
    task: async ({ checkpoint_id: id }): Promise<PlanningTask> => {
      const infras = await this.parts.restores.infrasOf(id);
      const spec = { id: 'survey', type: 'survey', infra: '', infras };
      return { id: uuidv7(), name: 'survey', infras, spec };
    },
    conclude: async (request, reported) => {
      const requested = { kind: 'restore', request } as const;
      return planningOf(requested, await this.#again(request, reported));
    },
    start: (run, reported) => this.#start(run, reported),
  };

  #again(request: RestoreRequest, reported: unknown): Promise<PlannedRollback> {
    // Safe cast: the planning task of a restore is a survey.
    return this.#plan({ kind: 'restore', request }, ASKED_BEFORE, () => Promise.resolve(reported as Survey));
  }

  #plan(
    requested: UndoRequest,
    permit: Permit,
    look: (infras: readonly string[]) => Promise<Survey> = () => Promise.reject(new Error('no survey')),
  ): Promise<PlannedRollback> {
    if (requested.kind === 'rollback') return this.parts.rollbacks.plan(requested.request, permit);
    const { checkpoint_id: checkpointId, confirmation } = requested.request;
    return this.parts.restores.plan({ checkpointId, confirmation: confirmation ?? undefined, permit, look });
  }

  async #start({ plan, id, verification, executor }: Run, reported?: unknown): Promise<void> {
    if (plan.kind !== 'rollback' && plan.kind !== 'restore') return;
    const planned =
      plan.kind === 'restore'
        ? await this.#again(plan.request, reported)
        : await this.#plan({ kind: plan.kind, request: plan.request }, ASKED_BEFORE);
    const { rollback, operations } = rollbackOf(id, planned, executor);
    if (await this.parts.store.startRollback({ id: plan.id, verification }, rollback, operations))
      this.parts.notifier.submitted({
        id,
        kind: 'rollback',
        name: 'rollback',
        infras: rollback.infras,
        submittedBy: executor.username,
      });
  }
}

const UNDONE: Readonly<Record<ReportedAction, ChangeKind>> = {
  created: 'destroy',
  changed: 'change',
  destroyed: 'create',
  adopted: 'forget',
  forgotten: 'adopt',
};

function planningOf(requested: UndoRequest, { works, impossible, confirmed }: PlannedRollback): Planning {
  const reports = works.flatMap(({ changes, provider }, index) =>
    // The last change of a work is undone first.
    changes.toReversed().map((report) => ({ report, provider, operation: `undo-${index + 1}` })),
  );
  const changes = reports.map(({ report, provider, operation }) => {
    const { kind, name, infra, action, before, after } = report;
    const change = UNDONE[action];
    return { operation, change, kind, infra, name, provider, before: after, after: before };
  });
  const obstacles = [...impossible, ...confirmed].map(({ reason }) => reason);
  return {
    inputs: {
      ...requested,
      format: 1,
      definitions: [],
      drivers: [],
      bases: works.flatMap(basesOf),
      changes: changes.map(({ operation, change, kind, infra, name, after }) => ({
        operation,
        change,
        kind,
        infra,
        name,
        // Safe cast: the journal has only kinds of this program.
        wanted: after && comparedAttributes(kind as Kind, after),
      })),
      obstacles,
    },
    content: { changes, knownAfter: [], notes: obstacles },
  };
}

/** What exists now, by the journal or the survey. */
function basesOf({ changes }: UndoWork): BaseVersion[] {
  return changes.flatMap(({ infra, name, driver, after: body, ...change }) => {
    if (!body) return [];
    // Safe cast: the journal has only kinds of this program.
    const kind = change.kind as Kind;
    const id = typeof body['id'] === 'string' ? body['id'] : '';
    return [{ kind, infra, name, id, driver, attributes: comparedAttributes(kind, body) }];
  });
}
