import { distinctActs } from '../access/act.js';
import type { Survey } from '../state/survey.js';
import type { SurveyService } from '../state/survey-service.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { Submitter } from '../workflow/submitter.js';
import type { ChangeReport } from './change-report.js';
import { notMadeHere, requireConfirmation } from './confirmation.js';
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

/** A restore that is to be planned. */
export interface RestoreToPlan {
  checkpointId: string;
  permit: Permit;
  /** Asks the providers what exists. */
  look: (infras: readonly string[]) => Promise<Survey>;
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
  preview(checkpointId: string, submitter: Submitter, permit: Permit): Promise<CheckedRestorePlan> {
    return this.#compare({ checkpointId, permit, look: (infras) => this.survey(infras, submitter) });
  }

  /** Asks the providers which resources exist. @throws Failure `unavailable` (`survey_failed`) */
  survey(infras: readonly string[], submitter: Submitter): Promise<Survey> {
    return this.surveys.survey(infras, submitter);
  }

  /** The infras that a restore asks the providers about. @throws Failure `not_found` (`checkpoint_not_found`) */
  async infrasOf(checkpointId: string): Promise<string[]> {
    return (await this.#known(checkpointId)).infras;
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
      const look = (infras: readonly string[]) => this.survey(infras, submitter);
      const planned = await this.plan({ checkpointId, permit, look, confirmation });
      const submitted = await submitRollback(planned, submitter, this.stores.rollbacks, this.notifier);
      if (submitted) return submitted;
    }
    throw stalePlan();
  }

  /**
   * Plans a restore that can be submitted.
   * @throws Failure as `preview`, and `conflict` with code `rollback_blocked` or `confirmation_required`
   */
  async plan({ confirmation, ...about }: RestoreToPlan): Promise<PlannedRollback> {
    const position = await this.stores.journal.position();
    const { steps, inTheWay, impossible, notMadeHere: foreign } = await this.#compare(about);
    refuseObstacles(inTheWay);
    requireConfirmation(foreign, confirmation);
    const scope: RollbackScope = { kind: 'restore', checkpoint_id: about.checkpointId };
    return { scope, works: steps.map(workOf), impossible, confirmed: foreign.map(notMadeHere), position };
  }

  async #compare({
    checkpointId,
    permit,
    look,
  }: Omit<RestoreToPlan, 'confirmation'>): Promise<CheckedRestorePlan> {
    const { items, inventory, infras } = await this.#known(checkpointId);
    // The survey shows every resource of these infras, also those that the plan leaves alone.
    await permit.toRead(infras);
    const plan = planRestore(items, inventory, await look(infras));
    await permit.toDo(distinctActs(plan.steps.map(workOf).flatMap(actsOfWork)));
    const madeHere = new Set((await this.stores.journal.madeHere(plan.destroyed)).map(({ id }) => id));
    return { ...plan, notMadeHere: plan.destroyed.filter(({ id }) => !madeHere.has(id)) };
  }

  /** The resources of a checkpoint and of the inventory, and their infras. */
  async #known(checkpointId: string) {
    const checkpoint = await this.stores.checkpoints.find(checkpointId);
    if (!checkpoint) throw unknownCheckpoint(checkpointId);
    const [items, inventory] = await Promise.all([
      this.stores.checkpoints.items(checkpointId),
      this.inventory.everything(checkpoint.infras ?? undefined),
    ]);
    const infras = [...new Set([...items, ...inventory].map(({ infra }) => infra))].sort();
    return { items, inventory, infras };
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
