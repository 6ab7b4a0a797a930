import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { BatchService, SubmittedBatch } from '../batch/batch-service.js';
import type { Submitter } from '../workflow/submitter.js';
import { approvedChanges, inputsOf } from './batch-planning.js';
import { digestOf, movedInputs } from './digest.js';
import type { PlanApprovals } from './plan-approvals.js';
import { notOpen, otherDigest, type MovedInput, type Plan } from './plan.js';
import { planningFailed, type PlanService } from './plan-service.js';
import type { PlanStore } from './plan-store.js';

const ASK_EVERY_MS = 100;
const MAX_DETAILS = 20;
const DUE_AT_ONCE = 100;

const UNAPPROVED = 'An approval that counted when the plan was executed no longer counts.';

/** The answer to an execution: the batch, or the id that it will have while the plan waits for locks. */
export type Execution = { batch: SubmittedBatch } | { pending: string };

/**
 * Executes plans. Each step is a compare-and-set in Postgres, and any process can do the next one: {@link advanceAll} goes on
 * with what a process left when it died.
 */
export class PlanExecution {
  constructor(
    private readonly store: PlanStore,
    private readonly plans: Pick<PlanService, 'get' | 'settle' | 'task' | 'weigh'>,
    private readonly batches: Pick<BatchService, 'ofPlan' | 'announce' | 'submitted'>,
    private readonly approvals: Pick<PlanApprovals, 'recount'>,
  ) {}

  /**
   * Acquires the locks, plans again, compares, and starts the batch.
   * @param patienceMs how long to wait for the start of the batch
   * @throws Failure `conflict` (`digest_mismatch`, `plan_not_open`, `plan_moved`), `forbidden` (`approval_required`),
   * `unavailable` (`planning_failed`)
   */
  async execute(plan: Plan, digest: string, submitter: Submitter, patienceMs: number): Promise<Execution> {
    const { id } = plan;
    if (plan.digest !== digest) throw otherDigest(id);
    // The policies have just counted the approvals, also where they are fewer than when the plan was made.
    await this.plans.weigh(id);
    const begun = await this.store.beginExecution(id, uuidv7(), submitter);
    if (!('runId' in begun)) {
      if (begun.outcome === 'expired') await this.#expire(id);
      throw notOpen(await this.plans.get(id), 'be executed');
    }
    const deadline = performance.now() + patienceMs;
    for (;;) {
      await this.advance(id);
      const now = await this.plans.get(id);
      if (now.status === 'Executed') {
        const batch = await this.batches.submitted(begun.runId, begun.outcome === 'running');
        return { batch };
      }
      if (now.status === 'Stale') throw hasMoved(id, now.moved);
      if (now.status === 'Approved') throw planningFailed(now.error ?? '');
      if (now.status === 'Planned')
        throw new Failure('forbidden', now.error ?? UNAPPROVED, { code: 'approval_required' });
      if (now.status !== 'Executing') throw notOpen(now, 'be executed');
      if (performance.now() >= deadline) return { pending: begun.runId };
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** Does what is to be done for every plan. @throws what Postgres throws; the next call goes on */
  async advanceAll(): Promise<void> {
    for (const { id, what } of await this.store.due(DUE_AT_ONCE)) {
      if (what === 'planned') await this.plans.settle(id);
      else if (what === 'expired') await this.#expire(id);
      else await this.advance(id);
    }
  }

  /** Does the next step of a plan that is being executed. */
  async advance(id: string): Promise<void> {
    const plan = await this.plans.get(id);
    const { status, verificationTask, executor, request } = plan;
    if (status !== 'Executing' || !executor) return;
    if (verificationTask === null) {
      await this.store.verify(id, await this.plans.task(request), executor);
      return;
    }
    const end = await this.store.endOf(verificationTask);
    if (!end) return;
    if (end.status !== 'Completed') {
      // Nothing is known to have moved: the plan can be executed again.
      await this.store.change(id, ['Executing'], 'Approved', { error: end.error });
      return;
    }
    const now = inputsOf(request, end.planned);
    if (digestOf(now) === plan.digest) await this.#startIfApproved(plan, verificationTask, executor);
    else
      await this.store.change(id, ['Executing'], 'Stale', {
        moved: plan.inputs ? movedInputs(plan.inputs, now) : [],
        error: 'Something that the plan depends on has changed since it was made.',
      });
  }

  /** The approvals counted when the execution was requested; since then it may have waited for locks. */
  async #startIfApproved(plan: Plan, verification: string, executor: Submitter): Promise<void> {
    const counted = await this.approvals.recount(plan, executor);
    if (counted.is === 'approved') return this.#start(plan, verification, counted.executor);
    if (counted.is === 'unapproved') {
      const rules = counted.missing.map(({ policy, index }) => `rule ${index} of ${policy}`).join(', ');
      await this.store.change(plan.id, ['Executing'], 'Planned', {
        error: `${UNAPPROVED} Missing for ${rules}.`,
      });
    } else
      await this.store.change(plan.id, ['Executing'], 'Cancelled', {
        error: `${executor.username} may no longer execute it.`,
      });
  }

  async #start(
    { id, runId, request, inputs }: Plan,
    verification: string,
    executor: Submitter,
  ): Promise<void> {
    if (!runId || !inputs) return;
    const { batch, operations } = await this.batches.ofPlan(
      runId,
      request,
      approvedChanges(inputs),
      executor,
    );
    if (await this.store.start(id, verification, batch, operations)) this.batches.announce(batch);
  }

  async #expire(id: string): Promise<void> {
    await this.store.change(id, ['Planned', 'Approved'], 'Expired', {
      error: 'It was not executed in time. Make a new plan with POST /plans.',
    });
  }
}

function hasMoved(id: string, moved: readonly MovedInput[]): Failure {
  const inputs = moved.map(({ input }) => input);
  const more = inputs.length > 1 ? ` (and ${inputs.length - 1} more)` : '';
  return new Failure(
    'conflict',
    `The plan ${id} no longer applies: ${inputs[0] ?? 'an input'}${more} has changed since it was made. Nothing was changed. GET /plans/${id} shows what has moved; make a new plan with POST /plans.`,
    {
      code: 'plan_moved',
      details: moved.slice(0, MAX_DETAILS).map(({ input, before, after }) => ({
        path: input,
        message: `was ${JSON.stringify(before)} and is now ${JSON.stringify(after)}`.slice(0, 1024),
      })),
    },
  );
}
