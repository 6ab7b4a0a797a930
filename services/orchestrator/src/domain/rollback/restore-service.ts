import { distinctActs } from '../access/act.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { InventoryStore } from './inventory-store.js';
import type { RollbackStore } from './rollback-store.js';
import type { SurveyService } from '../state/survey-service.js';
import type { Submitter } from '../workflow/submitter.js';
import { requireConfirmation } from './confirmation.js';
import { planRestore, type RestorePlan, type RestoreStep } from './restore-plan.js';
import { unknownCheckpoint, type IdentifiedThing, type RollbackScope } from './rollback.js';
import { actsOfWork, refuseObstacles, submitPlanned, type Permit, type UndoWork } from './submission.js';

/** A plan, and what it would destroy that the platform did not make. */
export interface CheckedRestorePlan extends RestorePlan {
  notMadeHere: IdentifiedThing[];
}

/** Makes the infrastructure what a checkpoint says, whatever happened since: at the providers, not only in our books. */
export class RestoreService {
  constructor(
    private readonly store: RollbackStore,
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
    private readonly notifier: WorkerNotifier,
  ) {}

  /**
   * What would be done, in order, and what stands in the way. Asks the providers.
   * @param permit asked about all that would be done before anything is said of it
   */
  async preview(checkpointId: string, submitter: Submitter, permit: Permit): Promise<CheckedRestorePlan> {
    const checkpoint = await this.store.checkpoint(checkpointId);
    if (!checkpoint) throw unknownCheckpoint(checkpointId);
    const items = await this.store.items(checkpointId);
    const covered = (infra: string) => checkpoint.infras?.includes(infra) ?? true;
    const inventory = (await this.inventory.everything(undefined)).filter(({ infra }) => covered(infra));
    const infras = [...new Set([...items, ...inventory].map(({ infra }) => infra))].sort();
    // The providers' answers are about all of them, whatever the plan changes.
    await permit.toRead(infras);
    const plan = planRestore(items, inventory, await this.surveys.survey(infras, submitter));
    await permit.toDo(distinctActs(plan.steps.map(workOf).flatMap(actsOfWork)));
    const madeHere = new Set((await this.store.madeHere(plan.doomed)).map(({ id }) => id));
    return { ...plan, notMadeHere: plan.doomed.filter(({ id }) => !madeHere.has(id)) };
  }

  /**
   * Does just what `preview` shows, as a durable batch of its own.
   * @param confirmation that of the preview ({@link confirmationOf}): what the platform did not make goes only with it
   * @throws Failure `conflict` where something is in the way or not confirmed
   */
  async execute(
    checkpointId: string,
    submitter: Submitter,
    permit: Permit,
    confirmation?: string,
  ): Promise<{ id: string; replayed: boolean }> {
    const scope: RollbackScope = { kind: 'restore', checkpoint_id: checkpointId };
    const plan = async () => {
      const position = await this.store.position();
      const { steps, inTheWay, impossible, notMadeHere } = await this.preview(
        checkpointId,
        submitter,
        permit,
      );
      refuseObstacles(inTheWay);
      requireConfirmation(notMadeHere, confirmation);
      return { scope, works: steps.map(workOf), impossible, position };
    };
    return submitPlanned(plan, this.store, this.notifier, submitter);
  }
}

// A restore undoes what would have made of the checkpoint what there is now.
const UNDOES = { create: 'destroyed', change: 'changed', destroy: 'created' } as const;

function workOf({ change, infra, kind, name, provider, driver, before, after }: RestoreStep): UndoWork {
  const report = {
    type: 'resource',
    kind,
    name,
    infra,
    action: UNDOES[change],
    driver,
    before: after,
    after: before,
  };
  return { infra, provider, undoes: null, along: [], entries: [], changes: [report] };
}
