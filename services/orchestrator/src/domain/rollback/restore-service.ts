import { distinctActs } from '../access/act.js';
import type { Doorbell, InventoryStore, RollbackStore } from '../ports.js';
import type { SurveyService } from '../state/survey-service.js';
import type { Submitter } from '../workflow/submitter.js';
import { planRestore, type RestorePlan, type RestoreStep } from './restore-plan.js';
import { unknownCheckpoint, type RollbackScope } from './rollback.js';
import { actsOfWork, refuseObstacles, submitPlanned, type Permit, type UndoWork } from './submission.js';

/** Makes the infrastructure what a checkpoint says, whatever happened since: at the providers, not only in our books. */
export class RestoreService {
  constructor(
    private readonly store: RollbackStore,
    private readonly inventory: Pick<InventoryStore, 'everything'>,
    private readonly surveys: Pick<SurveyService, 'survey'>,
    private readonly doorbell: Doorbell,
  ) {}

  /**
   * What would be done, in order, and what stands in the way. Asks the providers.
   * @param permit asked about all that would be done before anything is said of it
   */
  async preview(checkpointId: string, submitter: Submitter, permit: Permit): Promise<RestorePlan> {
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
    return plan;
  }

  /** Does just what `preview` shows, as a durable batch of its own. */
  async execute(
    checkpointId: string,
    submitter: Submitter,
    permit: Permit,
  ): Promise<{ id: string; replayed: boolean }> {
    const scope: RollbackScope = { kind: 'restore', checkpoint_id: checkpointId };
    const plan = async () => {
      const position = await this.store.position();
      const { steps, inTheWay, impossible } = await this.preview(checkpointId, submitter, permit);
      refuseObstacles(inTheWay);
      return { scope, works: steps.map(workOf), impossible, position };
    };
    return submitPlanned(plan, this.store, this.doorbell, submitter);
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
  return { infra, provider, undoes: null, entries: [], changes: [report] };
}
