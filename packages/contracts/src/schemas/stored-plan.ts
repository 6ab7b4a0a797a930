import Type, { type Static } from 'typebox';
import { annotated } from './annotated.js';
import { approvalRequirementSchema } from './approval.js';
import { batchOperationSchema } from './batch.js';
import { batchRequestSchema, MAX_BATCH_OPERATIONS, type BatchRequest } from './batch-request.js';
import { closed, count, id, listOf, name, nullable, oneOf, openDetails, text, timestamp } from './basics.js';
import { plannedChangeSchema } from './plan.js';
import { restoreToPlanSchema, rollbackToPlanSchema, type RollbackToPlan } from './rollback.js';
import { workflowToPlanSchema, type WorkflowToPlan } from './workflow.js';
import { BATCH_STATUSES, PLAN_STATUSES } from '../statuses.js';

/** Maximum number of changes, and of sentences, that a plan shows. */
const MAX_CHANGES = 100_000;

const PLAN_KINDS = ['batch', 'workflow', 'rollback', 'restore'] as const;
const planKind = oneOf(PLAN_KINDS, { title: 'PlanKind' });

/** A value of {@link planRequestSchema}. */
export type PlanRequest =
  | { batch: BatchRequest }
  | { workflow: WorkflowToPlan }
  | { rollback: RollbackToPlan }
  | { restore: Static<typeof restoreToPlanSchema> };

/** Body of `POST /plans`: one kind of work, with the body of its own operation. */
export const planRequestSchema = Type.Unsafe<PlanRequest>(
  closed(
    {
      batch: Type.Optional(batchRequestSchema),
      workflow: Type.Optional(workflowToPlanSchema),
      rollback: Type.Optional(rollbackToPlanSchema),
      restore: Type.Optional(restoreToPlanSchema),
    },
    {
      title: 'PlanRequest',
      description: 'Exactly one of the members',
      minProperties: 1,
      maxProperties: 1,
    },
  ),
);

/** The digest of a plan, as a client sends it back. */
export const digest = text(71, {
  minLength: 1,
  description: 'The `digest` of the plan that was shown: `sha256:` and 64 hexadecimal digits',
});

/** Body of `POST /plans/{id}/approvals`. */
export const planDecisionRequestSchema = closed(
  {
    digest,
    decision: oneOf(['approve', 'reject']),
    comment: Type.Optional(text(1024)),
  },
  { title: 'PlanDecisionRequest' },
);
/** A value of {@link planDecisionRequestSchema}. */
export type PlanDecisionRequest = Static<typeof planDecisionRequestSchema>;

/** Body of `POST /plans/{id}/execute`. */
export const planExecutionSchema = closed({ digest }, { title: 'PlanExecution' });
/** A value of {@link planExecutionSchema}. */
export type PlanExecution = Static<typeof planExecutionSchema>;

const planDecisionSchema = closed(
  {
    user: text(256, { description: 'Username' }),
    decision: oneOf(['approve', 'reject']),
    comment: nullable(text(1024)),
    decided_at: timestamp,
  },
  { title: 'PlanDecision' },
);

const planRequirementSchema = closed(
  {
    ...approvalRequirementSchema.properties,
    fulfilled: Type.Boolean(),
    fulfilled_by: listOf(text(256), 1000, { description: 'Usernames whose approvals count now' }),
  },
  { title: 'PlanRequirement' },
);

/** An input of a plan that differs between two plannings. */
const movedInputSchema = closed(
  {
    input: text(256, {
      description:
        'What differs: `resource server prod/web-01`, `definition taskserv kubernetes`, `driver upcloud`, …',
    }),
    before: nullable(openDetails('The value on which the plan is based; null if there was none')),
    after: nullable(openDetails('The value of now; null if there is none')),
  },
  { title: 'MovedInput' },
);
/** A value of {@link movedInputSchema}. */
export type MovedInput = Static<typeof movedInputSchema>;
const moved = listOf(movedInputSchema, 1000);

const summaryMembers = {
  id,
  status: oneOf(PLAN_STATUSES, { title: 'PlanStatus' }),
  kind: planKind,
  name: text(128, {
    description: 'The name of the batch, or that of the task or rollback that executes the plan',
  }),
  infras: listOf(name, 10_000),
  digest: annotated(nullable(text(71)), {
    description: 'SHA-256 of everything that decides the effect; null until the plan is made',
  }),
  summary: closed({ create: count, change: count, destroy: count }, { title: 'PlanCounts' }),
  created_by: text(256, { description: 'Username of the submitter' }),
  created_at: timestamp,
  planned_at: nullable(timestamp),
  expires_at: annotated(nullable(timestamp), {
    description: 'After this time the plan can be neither approved nor executed',
  }),
  ended_at: nullable(timestamp),
  error: annotated(nullable(text(4096)), { description: 'Why it could not be planned or executed' }),
  batch_id: annotated(nullable(id), { description: 'The batch that executes the plan' }),
  task_id: annotated(nullable(id), { description: 'The task that executes the plan of a workflow' }),
  rollback_id: annotated(nullable(id), {
    description: 'The rollback that executes the plan of a rollback or restore',
  }),
};

/** A plan in a list. */
export const storedPlanSummarySchema = closed(summaryMembers, { title: 'StoredPlanSummary' });
/** A value of {@link storedPlanSummarySchema}. */
export type StoredPlanSummary = Static<typeof storedPlanSummarySchema>;

const storedChangeSchema = closed(
  {
    ...plannedChangeSchema.properties,
    operation: Type.Optional(annotated(name, { description: 'The id of the operation in the batch' })),
  },
  { title: 'StoredPlanChange' },
);

/** A plan with its changes and decisions. */
export const storedPlanSchema = closed(
  {
    ...summaryMembers,
    planning_task_id: annotated(nullable(id), {
      description:
        'The task that made the plan; null for a rollback or restore, which is planned with the request',
    }),
    settings: Type.Optional(
      listOf(closed({ name: text(1024), sha256: text(64) }, { title: 'PlanSettingsFile' }), 1000, {
        description:
          'Of a workflow: the settings file and all that it imports, relative to the workspace. The execution uses them as they were when the plan was made',
      }),
    ),
    changes: listOf(storedChangeSchema, MAX_CHANGES),
    known_after: listOf(text(256), MAX_CHANGES, {
      description: 'Values that are known only after the execution: `server web-01: address`',
    }),
    notes: listOf(text(2048), MAX_CHANGES, { description: 'What users must know before they approve' }),
    requirements: listOf(planRequirementSchema, 1000, {
      description: 'The approvals that the policies required when the plan was made',
    }),
    decisions: listOf(planDecisionSchema, 1000),
    moved: annotated(moved, { description: 'Of a stale plan: the inputs that have changed since' }),
  },
  { title: 'StoredPlan' },
);
/** A value of {@link storedPlanSchema}. */
export type StoredPlan = Static<typeof storedPlanSchema>;

/** Response of `POST /plans/{id}/execute`. */
export const planExecutedSchema = closed(
  {
    plan_id: id,
    kind: planKind,
    status: oneOf(BATCH_STATUSES, {
      description: '`Pending` while other work holds a lock; afterwards that of what executes the plan',
    }),
    batch_id: Type.Optional(annotated(id, { description: 'Of a batch' })),
    operations: Type.Optional(
      listOf(batchOperationSchema, MAX_BATCH_OPERATIONS, { description: 'Of a batch' }),
    ),
    task_id: Type.Optional(annotated(id, { description: 'Of a workflow' })),
    rollback_id: Type.Optional(annotated(id, { description: 'Of a rollback or restore' })),
  },
  { title: 'PlanExecuted' },
);
/** A value of {@link planExecutedSchema}. */
export type PlanExecuted = Static<typeof planExecutedSchema>;

/** Response of `GET /plans/{id}/diff`. */
export const planDiffSchema = closed(
  {
    digest: text(71, { description: 'The digest of planning again now' }),
    equal: Type.Boolean({ description: 'Whether the plan still applies' }),
    moved,
  },
  { title: 'PlanDiff' },
);
/** A value of {@link planDiffSchema}. */
export type PlanDiff = Static<typeof planDiffSchema>;
