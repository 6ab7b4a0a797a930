import { Failure } from '@provisioning/errors';
import type { Principal } from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import type { Scope } from '../access/scope.js';
import type { Actor } from '../audit/actor.js';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import { refuseReusedKey, type Submitter } from '../workflow/submitter.js';
import { digestOf, movedInputs, within } from './digest.js';
import type { PlanApprovals } from './plan-approvals.js';
import {
  notOpen,
  otherDigest,
  unknownPlan,
  type MovedInput,
  type Plan,
  type PlanContent,
  type PlanInputs,
  type PlannedRequest,
  type PlanSummary,
} from './plan.js';
import { plannerOf, type Planners, type Planning } from './planner.js';
import type { NewPlan, PlanFilter, PlanningEnd, PlanningTask, PlanStore } from './plan-store.js';

const ASK_EVERY_MS = 50;
/** Longer than the time limits of the providers. */
const PATIENCE_MS = 120_000;
/** Number of waiting plans that are looked at for `waiting_for_me`, the newest first. */
const MOST_WAITING = 1_000;
/** How long a plan can be approved and executed, in milliseconds. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;

/** Plans changes, and collects the decisions about plans. */
export class PlanService {
  constructor(
    private readonly store: PlanStore,
    private readonly planners: Planners,
    private readonly notifier: Pick<WorkerNotifier, 'submitted'>,
    private readonly approvals: PlanApprovals,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Stores a plan, with the task that plans it.
   * @throws Failure `invalid` (as the work itself), `conflict` (`idempotency_key_reused`)
   */
  async create(
    requested: NamedRequest,
    scope: Scope,
    submitter: Submitter,
  ): Promise<{ plan: Plan; replayed: boolean }> {
    const task = await this.task(requested);
    return this.#submit({ ...requested, infras: task?.infras ?? [], scope }, task, submitter);
  }

  /** Stores a plan that was made with the request. @throws Failure `conflict` (`idempotency_key_reused`) */
  async createPlanned(
    requested: NamedRequest,
    { infras, scope, ...planning }: Planning & { infras: readonly string[]; scope: Scope },
    submitter: Submitter,
  ): Promise<{ plan: Plan; replayed: boolean }> {
    const { plan, replayed } = await this.#submit({ ...requested, infras, scope }, null, submitter);
    if (replayed) return { plan, replayed };
    await this.#planned(plan, planning);
    return { plan: await this.get(plan.id), replayed };
  }

  async #submit(
    about: Omit<NewPlan, 'id'> & PlannedRequest,
    task: PlanningTask | null,
    submitter: Submitter,
  ): Promise<{ plan: Plan; replayed: boolean }> {
    const submitted = await this.store.submit({ id: uuidv7(), ...about }, task, submitter);
    if (submitted.outcome === 'conflict') throw refuseReusedKey();
    if (submitted.outcome === 'created' && task) this.#announce(task, submitter);
    return { plan: await this.get(submitted.id), replayed: submitted.outcome === 'replayed' };
  }

  /** @throws Failure `not_found` (`plan_not_found`) */
  async get(id: string): Promise<Plan> {
    const plan = await this.store.find(id);
    if (!plan) throw unknownPlan(id);
    return plan;
  }

  /** Newest first. */
  list(filter: PlanFilter): Promise<{ plans: PlanSummary[]; total: number }> {
    return this.store.list(filter);
  }

  /**
   * Plans again now and compares.
   * @throws Failure `conflict` (`plan_not_open`) if the plan has no digest, `unavailable` (`planning_failed`), and as the
   * work itself
   */
  async diff(plan: Plan, submitter: Submitter): Promise<{ digest: string; moved: MovedInput[] }> {
    const { inputs } = plan;
    if (!inputs) throw notOpen(plan, 'be compared');
    const task = await this.task(plan);
    const { inputs: now } = await this.conclude(plan, task && (await this.#reported(task, submitter)));
    return { digest: digestOf(now), moved: movedSince(plan, now) };
  }

  async #reported(task: PlanningTask, submitter: Submitter): Promise<unknown> {
    await this.store.submitTask(task, submitter);
    this.#announce(task, submitter);
    const end = await this.#ended(task, submitter);
    if (end.status === 'Completed') return end.data;
    throw planningFailed(end.error);
  }

  /**
   * Records a decision. One rejection ends the plan.
   * @throws Failure `conflict` (`digest_mismatch`, `plan_not_open`)
   */
  async decide(
    plan: Plan,
    { digest, ...decision }: { digest: string; decision: 'approve' | 'reject'; comment: string | null },
    actor: Actor & { sessionId: string },
  ): Promise<Plan> {
    const { id } = plan;
    if (plan.digest !== digest) throw otherDigest(id);
    const { userId, username, sessionId } = actor;
    const decided = await this.store.decide(id, { userId, username, sessionId, digest, ...decision }, actor);
    if (!decided) throw notOpen(await this.get(id), 'be approved or rejected any more');
    if (decision.decision === 'reject')
      await this.store.change(id, ['Planned', 'Approved'], 'Rejected', {}, actor);
    return this.weigh(id);
  }

  /** Withdraws the approval of a user. @throws Failure `conflict` (`plan_not_open`, `not_approved`) */
  async withdraw(plan: Plan, actor: Actor): Promise<Plan> {
    const { id } = plan;
    if (await this.store.withdraw(id, actor.userId, actor)) return this.weigh(id);
    const now = await this.get(id);
    if (now.status !== 'Planned' && now.status !== 'Approved')
      throw notOpen(now, 'lose an approval any more');
    throw new Failure('conflict', `You have not approved the plan ${id}.`, { code: 'not_approved' });
  }

  /**
   * Planned → Approved once nothing is missing, and back when an approval is withdrawn. Decisions may be made between the count
   * and the change, so it counts until a count agrees with the status.
   * @returns the plan as it is then
   */
  async weigh(id: string): Promise<Plan> {
    for (;;) {
      const plan = await this.get(id);
      if (plan.status !== 'Planned' && plan.status !== 'Approved') return plan;
      const wanted = (await this.approvals.missing(plan)).length === 0 ? 'Approved' : 'Planned';
      if (wanted === plan.status) return plan;
      await this.store.change(id, [plan.status], wanted);
    }
  }

  /** The ids of the plans that wait for a decision of the caller. */
  async waitingFor(caller: Principal): Promise<string[]> {
    const { plans } = await this.store.list({ statuses: ['Planned'], limit: MOST_WAITING, offset: 0 });
    const waiting: string[] = [];
    for (const { id } of plans) {
      const plan = await this.store.find(id);
      if (plan && (await this.approvals.waitsFor(caller, plan))) waiting.push(id);
    }
    return waiting;
  }

  /** Cancels a plan whose batch has not started. @throws Failure `conflict` (`plan_not_open`) */
  async cancel(plan: Plan, actor: Actor): Promise<void> {
    const { id, planningTask } = plan;
    const open = ['Planning', 'Planned', 'Approved', 'Executing'] as const;
    if (
      !(await this.store.change(id, open, 'Cancelled', { error: `Cancelled by ${actor.username}.` }, actor))
    )
      throw notOpen(await this.get(id), 'be cancelled any more');
    if (plan.status === 'Planning' && planningTask !== null)
      await this.store.giveUp(planningTask, actor.username);
  }

  /** Planning → Planned or Failed, when the planning task has ended. */
  async settle(id: string): Promise<void> {
    const plan = await this.get(id);
    const { status, planningTask } = plan;
    if (status !== 'Planning') return;
    const end: PlanningEnd | undefined =
      planningTask === null
        ? {
            status: 'Failed',
            error: 'The process that planned it has ended. Make a new plan with POST /plans.',
          }
        : await this.store.endOf(planningTask);
    if (!end) return;
    if (end.status !== 'Completed') {
      await this.store.change(id, ['Planning'], 'Failed', { error: end.error });
      return;
    }
    try {
      await this.#planned(plan, await this.conclude(plan, end.data));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await this.store.change(id, ['Planning'], 'Failed', { error: error.message });
    }
  }

  /** Planning → Planned, and → Approved where nothing must be approved. */
  async #planned(plan: Plan, { inputs, content }: Planning): Promise<void> {
    const { id } = plan;
    const counts = countsOf(content);
    const requirements = await this.approvals.missing({ ...plan, content, counts, decisions: [] });
    await this.store.planned(
      id,
      {
        digest: digestOf(inputs),
        inputs,
        content,
        requirements,
        expires_at: new Date(Date.now() + LIFETIME_MS),
      },
      requirements.length === 0,
    );
  }

  /** Returns a task that plans a request; null where no provider is asked. @throws Failure as the work itself */
  task({ kind, request }: PlannedRequest): Promise<PlanningTask | null> {
    return plannerOf(this.planners, kind).task(request);
  }

  /** What a planning has found. @param reported by its task @throws Failure if the work is no longer possible */
  conclude({ kind, request }: PlannedRequest, reported: unknown): Promise<Planning> {
    return plannerOf(this.planners, kind).conclude(request, reported);
  }

  #announce({ id, name, infras }: PlanningTask, submitter: Submitter): void {
    this.notifier.submitted({ id, kind: 'survey', name, infras, submittedBy: submitter.username });
  }

  async #ended({ id }: PlanningTask, submitter: Submitter): Promise<PlanningEnd> {
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const end = await this.store.endOf(id);
      if (end) return end;
      if (performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    await this.store.giveUp(id, submitter.username);
    return {
      status: 'Cancelled',
      error:
        'No worker has answered within the time limit. Check that workers are running (GET /state/system/health) and try again.',
    };
  }
}

/** What is planned, and the name under which plans are listed. */
export type NamedRequest = PlannedRequest & { name: string };

/** Returns the inputs in which a planning differs from the plan. */
export function movedSince({ kind, inputs, infras }: Plan, now: PlanInputs): MovedInput[] {
  const moved = inputs ? movedInputs(inputs, now) : [];
  return kind === 'rollback' || kind === 'restore' ? within(infras, moved) : moved;
}

function countsOf({ changes }: PlanContent): Plan['counts'] {
  const count = (wanted: string) => changes.filter(({ change }) => change === wanted).length;
  return { create: count('create'), change: count('change'), destroy: count('destroy') };
}

/** The Failure `unavailable` (`planning_failed`). */
export function planningFailed(error: string): Failure {
  return new Failure('unavailable', `Planning failed: ${error}`, { code: 'planning_failed' });
}
