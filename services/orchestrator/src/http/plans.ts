import {
  cancelPlan,
  createPlan,
  decidePlan,
  diffPlan,
  executePlan,
  type BodyOf,
  type executeBatch,
  getPlan,
  listPlans,
  withdrawPlanApproval,
} from '@provisioning/contracts';
import {
  asksOfRows,
  asksOfStored,
  on,
  page,
  principalOf,
  reply,
  sessionOf,
  type Asked,
  type Binding,
} from '@provisioning/http-kit';
import type { Question } from '@provisioning/policy';
import { doQuestions, planQuestions, type Scope } from '../domain/access/scope.js';
import type { BatchService } from '../domain/batch/batch-service.js';
import type { Plan, PlanStatus } from '../domain/plan/plan.js';
import type { PlanApprovals } from '../domain/plan/plan-approvals.js';
import type { PlanExecution } from '../domain/plan/plan-execution.js';
import type { PlanService } from '../domain/plan/plan-service.js';
import { batchRequestOf } from './batches.js';
import { presentSubmitted } from './present/batch.js';
import { presentPlanDiff, presentPlanSummary, presentStoredPlan } from './present/plan.js';
import type { ReadAccess } from './read-access.js';
import { patienceOf } from './rollback.js';
import { actorOf, submitterOf } from './submitter.js';

/** What the routes of `/plans` need. */
export interface PlanRouteParts {
  plans: PlanService;
  execution: PlanExecution;
  approvals: PlanApprovals;
  batches: Pick<BatchService, 'scopeOf'>;
}

/** The routes of `/plans`. */
export function planRoutes(
  { plans, execution, approvals, batches }: PlanRouteParts,
  access: ReadAccess,
): Binding[] {
  const shown = async (plan: Plan) => presentStoredPlan(plan, await approvals.states(plan));
  const asksOfPlan =
    (questionsOf: (scope: Scope, plan: Plan) => Question[]) =>
    ({ params: { id }, declared }: { params: { id: string }; declared: Question }): Promise<Asked<Plan>> =>
      asksOfStored(
        declared,
        () => plans.get(id),
        async (plan) => questionsOf(await access.stored.ofPlan(plan), plan),
      );
  const toRead = asksOfPlan((scope) => planQuestions('read', scope));
  const toDecide = asksOfPlan((scope) => planQuestions('approve', scope));
  return [
    on(createPlan, async ({ body, principal }) => {
      // Safe cast: validation fills in defaults at every depth.
      const request = await batchRequestOf(body.batch as BodyOf<typeof executeBatch>);
      const scope = await batches.scopeOf(request.name, request.operations, principal.id);
      const questions = [
        ...planQuestions('create', scope),
        // A plan shows what check mode shows, so it requires the same rights.
        ...doQuestions('execute', [`batches:${request.name}`], scope, true),
      ];
      return { questions, found: { request, scope } };
    })(async (request) => {
      const { request: planned, scope } = request.found;
      const { plan, replayed } = await plans.create(planned, scope, submitterOf(request));
      return reply(await shown(plan), { location: `/plans/${plan.id}`, replayed });
    }),
    on(
      listPlans,
      asksOfRows,
    )(async (request) => {
      const { status, infra, waiting_for_me: waiting, ...position } = request.query;
      const ids = waiting ? await plans.waitingFor(principalOf(request)) : undefined;
      const visible = await access.visibility.plans(access.viewer(request));
      // Safe cast: the contract allows these words only.
      const statuses = status?.split(',') as PlanStatus[] | undefined;
      const found = await plans.list({ ...position, statuses, ids, infra, visible });
      return page(found.plans.map(presentPlanSummary), found.total);
    }),
    on(getPlan, toRead)(async ({ found }) => reply(await shown(found))),
    on(
      diffPlan,
      toRead,
    )(async (request) => {
      const { digest, moved } = await plans.diff(request.found, submitterOf(request));
      return reply(presentPlanDiff(digest, moved));
    }),
    on(
      decidePlan,
      toDecide,
    )(async (request) => {
      const { digest, decision, comment = null } = request.body;
      const actor = { ...actorOf(request), sessionId: sessionOf(request).sessionId };
      return reply(await shown(await plans.decide(request.found, { digest, decision, comment }, actor)));
    }),
    on(
      withdrawPlanApproval,
      toDecide,
    )(async (request) => {
      sessionOf(request);
      return reply(await shown(await plans.withdraw(request.found, actorOf(request))));
    }),
    on(executePlan, async (request) => {
      const asked = await asksOfPlan((scope, { name }) => [
        ...planQuestions('execute', scope),
        ...doQuestions('execute', [`batches:${name}`], scope),
      ])(request);
      // This is the only operation for which approvals count.
      return 'failure' in asked ? asked : { ...asked, plan: await approvals.approved(asked.found) };
    })(async (request) => {
      const { found, body } = request;
      const { id } = found;
      const done = await execution.execute(found, body.digest, submitterOf(request), patienceOf(request));
      if ('pending' in done)
        return reply(
          { batch_id: done.pending, status: 'Pending', operations: [], plan_id: id },
          { location: `/plans/${id}` },
        );
      const { batch } = done.batch;
      return reply(
        { ...presentSubmitted(done.batch), plan_id: id },
        { location: `/batch/operations/${batch.id}`, replayed: done.batch.replayed },
      );
    }),
    on(
      cancelPlan,
      asksOfPlan((scope) => planQuestions('cancel', scope)),
    )(async (request) => {
      await plans.cancel(request.found, actorOf(request));
      return reply('Plan cancelled');
    }),
  ];
}
