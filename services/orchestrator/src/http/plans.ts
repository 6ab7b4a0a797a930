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
  type RollbackToPlan,
  type WorkflowToPlan,
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
  type HandlerRequest,
  type Unpermitted,
} from '@provisioning/http-kit';
import type { Question } from '@provisioning/policy';
import { infraQuestions, planQuestions, scopeOf, type Scope } from '../domain/access/scope.js';
import type { BatchService } from '../domain/batch/batch-service.js';
import { executionQuestions } from '../domain/plan/execution-questions.js';
import type { Plan, PlanKind, PlanStatus } from '../domain/plan/plan.js';
import type { PlanApprovals } from '../domain/plan/plan-approvals.js';
import type { PlanExecution } from '../domain/plan/plan-execution.js';
import type { NamedRequest, PlanService } from '../domain/plan/plan-service.js';
import type { PlannedUndo, UndoPlanning } from '../domain/plan/undo-planning.js';
import type { RollbackService } from '../domain/rollback/rollback-service.js';
import { scopeOfWork, workOf, type NamedWorkflow } from '../domain/workflow/workflow-service.js';
import { batchRequestOf } from './batches.js';
import { presentExecuted, presentPlanDiff, presentPlanSummary, presentStoredPlan } from './present/plan.js';
import type { ReadAccess } from './read-access.js';
import { checkpointQuestions, namedCheckpoint, patienceOf, scopeOf as undoScopeOf } from './rollback.js';
import { actorOf, submitterOf } from './submitter.js';

/** What the routes of `/plans` need. */
export interface PlanRouteParts {
  plans: PlanService;
  execution: PlanExecution;
  approvals: PlanApprovals;
  undo: Pick<UndoPlanning, 'preview'>;
  batches: Pick<BatchService, 'scopeOf' | 'submitted'>;
  rollbacks: Pick<RollbackService, 'checkpoint' | 'infrasOf'>;
}

/** What is to be planned. The scope of a rollback or restore is known only when it has been planned. */
type Requested = NamedRequest & { scope?: Scope };

/** The routes of `/plans`. */
export function planRoutes(parts: PlanRouteParts, access: ReadAccess): Binding[] {
  const { plans, execution, approvals, batches } = parts;
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
    on(createPlan, (request) => asksToPlan(request, parts))(async (request) => {
      const { scope, ...requested } = request.found;
      const submitter = submitterOf(request);
      const { plan, replayed } =
        scope === undefined
          ? await plans.createPlanned(requested, await undone(request, requested, parts), submitter)
          : await plans.create(requested, scope, submitter);
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
      const asked = await asksOfPlan((scope, plan) => [
        ...planQuestions('execute', scope),
        ...executionQuestions(plan, scope),
      ])(request);
      // This is the only operation for which approvals count.
      return 'failure' in asked ? asked : { ...asked, plan: await approvals.approved(asked.found) };
    })(async (request) => {
      const { found, body } = request;
      const done = await execution.execute(found, body.digest, submitterOf(request), patienceOf(request));
      const { runId, hasStarted, replayed } = done;
      const batch =
        hasStarted && found.kind === 'batch' ? await batches.submitted(runId, replayed) : undefined;
      return reply(presentExecuted(found, done, batch), {
        location: hasStarted ? `${PLACES[found.kind]}/${runId}` : `/plans/${found.id}`,
        replayed: hasStarted && replayed,
      });
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

/** Where the work of a plan is found. */
const PLACES: Readonly<Record<PlanKind, string>> = {
  batch: '/batch/operations',
  workflow: '/tasks',
  rollback: '/rollback',
  restore: '/rollback',
};

/** What a plan shows is what check mode shows, so it requires the same rights. */
async function asksToPlan(
  { body, principal, declared }: Pick<Unpermitted<typeof createPlan>, 'body' | 'principal' | 'declared'>,
  { batches, rollbacks }: PlanRouteParts,
): Promise<Asked<Requested>> {
  const planned = (requested: NamedRequest, scope: Scope) => ({
    questions: [...planQuestions('create', scope), ...executionQuestions(requested, scope, true)],
    found: { ...requested, scope },
  });
  // Conditions on the infras are evaluated again, when it is known what would be changed where.
  const open = { ...declared, mode: 'open' } as const;
  if ('batch' in body) {
    // Safe cast: validation fills in defaults at every depth.
    const request = await batchRequestOf(body.batch as BodyOf<typeof executeBatch>);
    const scope = await batches.scopeOf(request.name, request.operations, principal.id);
    return planned({ kind: 'batch', name: request.name, request }, scope);
  }
  if ('workflow' in body) {
    const request = workflowOf(body.workflow);
    const work = workOf(request);
    return planned({ kind: 'workflow', name: work.name, request }, scopeOfWork(work, principal.id));
  }
  if ('rollback' in body) {
    const { rollback } = body;
    const execute = { action: 'execute', resource: 'rollbacks:*', context: {}, mode: 'open' } as const;
    const named = 'checkpoint_id' in rollback ? namedCheckpoint(rollback) : [];
    return {
      questions: [open, execute, ...named],
      found: { kind: 'rollback', name: nameOfRollback(rollback), request: undoScopeOf(rollback) },
    };
  }
  const { checkpoint_id: id, confirm: confirmation = null } = body.restore;
  const restore = { action: 'restore', resource: `checkpoints:${id}`, context: {} } as const;
  const asked = await asksOfStored(
    restore,
    () => rollbacks.checkpoint(id),
    async (checkpoint) => [open, ...checkpointQuestions(restore, checkpoint, await rollbacks.infrasOf(id))],
  );
  const request = { checkpoint_id: id, confirmation };
  const name = `restore of checkpoint ${id}`;
  return 'failure' in asked ? asked : { ...asked, found: { kind: 'restore', name, request } };
}

/** What distinguishes it from other rollbacks in a list of plans. */
function nameOfRollback(rollback: RollbackToPlan): string {
  if ('checkpoint_id' in rollback) return `rollback to checkpoint ${rollback.checkpoint_id}`;
  const { length: count } = rollback.operation_ids;
  return `rollback of ${count} ${count === 1 ? 'operation' : 'operations'}`;
}

/** Plans a rollback or restore, if the caller may see what it would change. */
async function undone(
  request: HandlerRequest<never>,
  requested: NamedRequest,
  { undo }: PlanRouteParts,
): Promise<PlannedUndo> {
  if (requested.kind !== 'rollback' && requested.kind !== 'restore')
    throw new Error(`a plan of kind ${requested.kind} has a scope`);
  const owner = principalOf(request).id;
  return undo.preview(requested, submitterOf(request), {
    toDo: (acts) => {
      const scope = scopeOf(owner, acts, { checkMode: true });
      return request.permit([...planQuestions('create', scope), ...executionQuestions(requested, scope)]);
    },
    toRead: (infras) => request.permit(infras.flatMap(infraQuestions)),
  });
}

function workflowOf(workflow: WorkflowToPlan): NamedWorkflow {
  // Validation has filled in the defaults.
  const { kind, operation = 'create', infra, settings, wait = false } = workflow;
  const name = kind === 'servers' ? null : kind === 'taskserv' ? workflow.taskserv : workflow.cluster_type;
  return { kind, name, operation, infra, settings, wait };
}
