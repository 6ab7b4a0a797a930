import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Submitter } from '../workflow/submitter.js';
import { digestOf } from './digest.js';
import type { PlanApprovals } from './plan-approvals.js';
import { notOpen, otherDigest, type Plan } from './plan.js';
import { movedSince, planningFailed, type PlanService } from './plan-service.js';
import { plannerOf, type Planners, type Planning, type Run } from './planner.js';
import type { PlanStore } from './plan-store.js';

const ASK_EVERY_MS = 100;
const MAX_DETAILS = 20;
const DUE_AT_ONCE = 100;

const UNAPPROVED = 'An approval that counted when the plan was executed no longer counts.';

/** The answer to an execution. */
export interface Execution {
  /** The id of the batch, task or rollback, which it also has while the plan waits for locks. */
  runId: string;
  hasStarted: boolean;
  /** Whether an earlier request had the plan executed. */
  replayed: boolean;
}

/**
 * Executes plans. Each step is a compare-and-set in Postgres, and any process can do the next one: {@link advanceAll} goes on
 * with what a process left when it died.
 */
export class PlanExecution {
  constructor(
    private readonly store: PlanStore,
    private readonly plans: Pick<PlanService, 'get' | 'settle' | 'task' | 'conclude' | 'weigh'>,
    private readonly planners: Planners,
    private readonly approvals: Pick<PlanApprovals, 'recount'>,
  ) {}

  /**
   * Acquires the locks, plans again, compares, and starts what was planned.
   * @param patienceMs how long to wait for the start
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
      const execution = { runId: begun.runId, replayed: begun.outcome === 'running' };
      if (now.status === 'Executed') return { ...execution, hasStarted: true };
      if (now.status === 'Stale') throw hasMoved(now);
      if (now.status === 'Approved') throw planningFailed(now.error ?? '');
      if (now.status === 'Planned')
        throw new Failure('forbidden', now.error ?? UNAPPROVED, { code: 'approval_required' });
      if (now.status !== 'Executing') throw notOpen(now, 'be executed');
      if (performance.now() >= deadline) return { ...execution, hasStarted: false };
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
    const { status, verificationTask: verification, executor, runId } = plan;
    if (status !== 'Executing' || !executor || !runId) return;
    let reported: unknown;
    if (verification === null) {
      const task = await this.plans.task(plan);
      if (task) {
        await this.store.verify(id, task, executor);
        return;
      }
      if (!(await this.store.hasLocks(runId))) return;
    } else {
      const end = await this.store.endOf(verification);
      if (!end) return;
      if (end.status !== 'Completed') {
        // Nothing is known to have moved: the plan can be executed again.
        await this.store.change(id, ['Executing'], 'Approved', { error: end.error });
        return;
      }
      reported = end.data;
    }
    const planning = await this.#plannedAgain(plan, reported);
    if (planning && digestOf(planning.inputs) === plan.digest)
      await this.#startIfApproved({ plan, id: runId, verification, executor }, reported);
    else if (planning)
      await this.store.change(id, ['Executing'], 'Stale', {
        moved: movedSince(plan, planning.inputs),
        error: 'Something that the plan depends on has changed since it was made.',
      });
  }

  /** The approvals counted when the execution was requested; since then it may have waited for locks. */
  async #startIfApproved(run: Run, reported: unknown): Promise<void> {
    const { plan, executor } = run;
    const counted = await this.approvals.recount(plan, executor);
    if (counted.is === 'approved')
      return plannerOf(this.planners, plan.kind).start({ ...run, executor: counted.executor }, reported);
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

  /** Undefined, and the plan is Stale, where the work is no longer possible at all. */
  async #plannedAgain(plan: Plan, reported: unknown): Promise<Planning | undefined> {
    try {
      return await this.plans.conclude(plan, reported);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await this.store.change(plan.id, ['Executing'], 'Stale', { error: error.message });
      return undefined;
    }
  }

  async #expire(id: string): Promise<void> {
    await this.store.change(id, ['Planned', 'Approved'], 'Expired', {
      error: 'It was not executed in time. Make a new plan with POST /plans.',
    });
  }
}

function hasMoved({ id, moved, error }: Plan): Failure {
  const inputs = moved.map(({ input }) => input);
  const more = inputs.length > 1 ? ` (and ${inputs.length - 1} more)` : '';
  const why =
    inputs.length === 0 && error !== null
      ? error
      : `${inputs[0] ?? 'an input'}${more} has changed since it was made.`;
  return new Failure(
    'conflict',
    `The plan ${id} no longer applies: ${why} Nothing was changed. GET /plans/${id} shows what has changed; make a new plan with POST /plans.`,
    {
      code: 'plan_moved',
      details: moved.slice(0, MAX_DETAILS).map(({ input, before, after }) => ({
        path: input,
        message: `was ${JSON.stringify(before)} and is now ${JSON.stringify(after)}`.slice(0, 1024),
      })),
    },
  );
}
