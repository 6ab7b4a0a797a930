import { distinctActs } from '../access/act.js';
import type { SurveyService } from '../state/survey-service.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { Submitter } from '../workflow/submitter.js';
import type { ChangeReport } from './change-report.js';
import { requireConfirmation } from './confirmation.js';
import type { InventoryStore } from './inventory-store.js';
import { planRestore, type RestorePlan, type RestoreStep } from './restore-plan.js';
import type { RollbackStores } from './rollback-store.js';
import { unknownCheckpoint, type IdentifiedResource, type RollbackScope } from './rollback.js';
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

/** A plan, and those resources it destroys that the platform did not create. */
export interface CheckedRestorePlan extends RestorePlan {
  notMadeHere: IdentifiedResource[];
}

/** A request to restore a checkpoint. */
interface RestoreRequest {
  checkpointId: string;
  submitter: Submitter;
  permit: Permit;
  /** The confirmation of the preview ({@link confirmationOf}), for resources that the platform did not create. */
  confirmation: string | undefined;
}

/** Makes the infrastructure as a checkpoint describes it, regardless of who changed it. */
export class RestoreService {
  constructor(
    private readonly stores: RollbackStores,
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  /**
   * Plans a restore: asks the providers which resources exist and compares them with the checkpoint.
   * @param permit asked about every act of the plan before the plan is returned
   * @throws Failure `not_found` (`checkpoint_not_found`), `forbidden`, `unavailable` (`survey_failed`)
   */
  async preview(checkpointId: string, submitter: Submitter, permit: Permit): Promise<CheckedRestorePlan> {
    const checkpoint = await this.stores.checkpoints.find(checkpointId);
    if (!checkpoint) throw unknownCheckpoint(checkpointId);
    const [items, inventory] = await Promise.all([
      this.stores.checkpoints.items(checkpointId),
      this.inventory.everything(checkpoint.infras ?? undefined),
    ]);
    const infras = [...new Set([...items, ...inventory].map(({ infra }) => infra))].sort();
    // The survey shows every resource of these infras, also those that the plan leaves alone.
    await permit.toRead(infras);
    const plan = planRestore(items, inventory, await this.surveys.survey(infras, submitter));
    await permit.toDo(distinctActs(plan.steps.map(workOf).flatMap(actsOfWork)));
    const madeHere = new Set((await this.stores.journal.madeHere(plan.destroyed)).map(({ id }) => id));
    return { ...plan, notMadeHere: plan.destroyed.filter(({ id }) => !madeHere.has(id)) };
  }

  /**
   * Plans and submits a restore, as a batch.
   * @throws Failure as `preview`, and `conflict` with code `rollback_blocked`, `confirmation_required`, `infra_busy`,
   * `rollback_stale` or `idempotency_key_reused`
   */
  async execute(
    checkpointId: string,
    submitter: Submitter,
    permit: Permit,
    confirmation?: string,
  ): Promise<SubmittedRollback> {
    for (let attempt = 0; attempt < PLAN_ATTEMPTS; attempt++) {
      const planned = await this.#plan({ checkpointId, submitter, permit, confirmation });
      const submitted = await submitRollback(planned, submitter, this.stores.rollbacks, this.notifier);
      if (submitted) return submitted;
    }
    throw stalePlan();
  }

  async #plan({ checkpointId, submitter, permit, confirmation }: RestoreRequest): Promise<PlannedRollback> {
    const position = await this.stores.journal.position();
    const { steps, inTheWay, impossible, notMadeHere } = await this.preview(checkpointId, submitter, permit);
    refuseObstacles(inTheWay);
    requireConfirmation(notMadeHere, confirmation);
    const scope: RollbackScope = { kind: 'restore', checkpoint_id: checkpointId };
    return { scope, works: steps.map(workOf), impossible, position };
  }
}

// A restore runs as a rollback: each step reverses the change that would have led from the checkpoint to the present state.
const REVERSED = { create: 'destroyed', change: 'changed', destroy: 'created' } as const;

function workOf({ change, infra, kind, name, provider, driver, before, after }: RestoreStep): UndoWork {
  const report: ChangeReport = {
    type: 'resource',
    kind,
    name,
    infra,
    action: REVERSED[change],
    driver,
    before: after,
    after: before,
  };
  return { infra, provider, undoes: null, along: [], entries: [], changes: [report] };
}
