import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, listOf, name, sentence, someOf } from '../schemas/basics.js';
import { BATCH_BODY_LIMIT } from '../schemas/batch-request.js';
import { withDefault } from '../schemas/default.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import {
  planDecisionRequestSchema,
  planDiffSchema,
  planExecutedSchema,
  planExecutionSchema,
  planRequestSchema,
  storedPlanSchema,
  storedPlanSummarySchema,
} from '../schemas/stored-plan.js';
import { PLAN_STATUSES } from '../statuses.js';

const define = operationsUnder('orchestrator', 'Plans');
const EXAMPLE_DIGEST = 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';

/** `POST /plans` */
export const createPlan = define({
  id: 'createPlan',
  method: 'post',
  path: '/plans',
  summary: 'Plan a change without making it',
  description:
    'Stores a plan of a batch, a workflow, a rollback or a restore. A batch or workflow is returned while it is `Planning`: a task asks the providers and works out every change. A batch is planned in the order of its dependencies: a task service on a server that an earlier operation will make is part of the plan. A rollback or restore is planned with the request, which has the errors of the operation itself. The plan then has a `digest` of everything that decides its effect. It takes no lock.',
  permission: { resource: 'plans:*', action: 'create' },
  rateClass: 'batch',
  body: planRequestSchema,
  bodyLimit: BATCH_BODY_LIMIT,
  idempotent: true,
  example: {
    batch: {
      name: 'one_server',
      operations: [
        {
          id: 'servers',
          type: 'server_batch',
          provider: 'local',
          server_configs: [{ name: 'web-01', plan: '1xCPU-2 GB', zone: 'de-fra1' }],
        },
      ],
    },
  },
  moreExamples: {
    workflow: { workflow: { kind: 'servers', infra: 'production', settings: 'config.ncl' } },
    rollback: { rollback: { operation_ids: ['op-1'] } },
    restore: { restore: { checkpoint_id: 'checkpoint-uuid' } },
  },
  success: { status: 201, data: storedPlanSchema, location: true },
  errors: [404, 409, 503],
  addition: true,
});

/** `GET /plans` */
export const listPlans = define({
  id: 'listPlans',
  method: 'get',
  path: '/plans',
  summary: 'List plans',
  permission: { resource: 'plans:*', action: 'read' },
  query: paged({
    status: Type.Optional(
      someOf(PLAN_STATUSES, 'Only plans with one of these statuses, separated by commas'),
    ),
    infra: Type.Optional(name),
    waiting_for_me: withDefault(
      Type.Boolean({
        description:
          'Whether only plans are listed for which an approval of the caller is missing, of the newest 1,000 that wait',
      }),
      false,
    ),
  }),
  success: { status: 200, data: listOf(storedPlanSummarySchema, MAX_PAGE), list: after('id') },
  addition: true,
});

/** `GET /plans/{id}` */
export const getPlan = define({
  id: 'getPlan',
  method: 'get',
  path: '/plans/{id}',
  summary: 'Get a plan with its changes and decisions',
  permission: { resource: 'plans:*', action: 'read' },
  params: byId,
  success: { status: 200, data: storedPlanSchema },
  errors: [404],
  addition: true,
});

/** `GET /plans/{id}/diff` */
export const diffPlan = define({
  id: 'diffPlan',
  method: 'get',
  path: '/plans/{id}/diff',
  summary: 'Plan again now and compare',
  description: 'Returns when the planning has ended, after two minutes at most. Nothing is stored.',
  permission: { resource: 'plans:*', action: 'read' },
  params: byId,
  success: { status: 200, data: planDiffSchema },
  errors: [404, 409, 503],
  addition: true,
});

/** `POST /plans/{id}/approvals` */
export const decidePlan = define({
  id: 'decidePlan',
  method: 'post',
  path: '/plans/{id}/approvals',
  summary: 'Approve or reject a plan',
  description:
    'Only a session may decide: 403 `session_required` for an API token. 409 `digest_mismatch` unless `digest` is the digest of the plan, so that what was read is what is approved. A later decision of the same user replaces the earlier one. One rejection ends the plan.',
  permission: { resource: 'plans:*', action: 'approve' },
  params: byId,
  body: planDecisionRequestSchema,
  example: { digest: EXAMPLE_DIGEST, decision: 'approve', comment: 'Agreed in the change board.' },
  success: { status: 200, data: storedPlanSchema },
  errors: [404, 409],
  addition: true,
});

/** `DELETE /plans/{id}/approvals` */
export const withdrawPlanApproval = define({
  id: 'withdrawPlanApproval',
  method: 'delete',
  path: '/plans/{id}/approvals',
  summary: 'Withdraw your own approval of a plan',
  description: '409 if the plan is being executed or has ended.',
  permission: { resource: 'plans:*', action: 'approve' },
  params: byId,
  success: { status: 200, data: storedPlanSchema },
  errors: [404, 409],
  addition: true,
});

/** `POST /plans/{id}/execute` */
export const executePlan = define({
  id: 'executePlan',
  method: 'post',
  path: '/plans/{id}/execute',
  summary: 'Execute a plan',
  description:
    'Acquires the locks of the infras, plans again and compares. If nothing has moved, the batch, task or rollback starts, and the answer names it. Otherwise the locks are released, the plan is `Stale`, and the answer is 409 `plan_moved` with what has moved. While other work holds a lock, the answer has the status `Pending`; poll `GET /plans/{id}`. With `Prefer: respond-async` it returns immediately. Repeating the request does not execute the plan twice.',
  permission: { resource: 'plans:*', action: 'execute' },
  rateClass: 'batch',
  params: byId,
  body: planExecutionSchema,
  idempotent: true,
  example: { digest: EXAMPLE_DIGEST },
  success: { status: 200, data: planExecutedSchema, location: true },
  errors: [404, 409, 503],
  addition: true,
});

/** `POST /plans/{id}/cancel` */
export const cancelPlan = define({
  id: 'cancelPlan',
  method: 'post',
  path: '/plans/{id}/cancel',
  summary: 'Cancel a plan',
  description: '409 if its batch has started or the plan has ended.',
  permission: { resource: 'plans:*', action: 'cancel' },
  rateClass: 'batch',
  params: byId,
  success: { status: 200, data: sentence, example: 'Plan cancelled' },
  errors: [404, 409],
  addition: true,
});
