/** The types of event that clients of `/ws` and `/events` receive: `EVENT_TYPES` of the contract. */
export type EventType =
  | 'TaskStatusChanged'
  | 'BatchOperationUpdate'
  | 'WorkflowProgressUpdate'
  | 'SystemHealthUpdate'
  | 'LogEntry'
  | 'PlanStatusChanged';

/** The events that webhooks can subscribe to: `WEBHOOK_EVENTS` of the contract. */
export type WebhookEvent =
  | 'task.completed'
  | 'task.failed'
  | 'task.cancelled'
  | 'batch.completed'
  | 'batch.failed'
  | 'batch.cancelled'
  | 'batch.rolled_back'
  | 'plan.awaiting_approval'
  | 'plan.approved'
  | 'plan.rejected'
  | 'plan.stale'
  | 'plan.executed';

/** How an audit record is made from an event (`domain/audit/audit-record.ts`). */
export type AuditForm =
  | 'task_submitted'
  | 'task_started'
  | 'task_cancel_requested'
  | 'task_cancelled'
  | 'task_ended'
  | 'batch_submitted'
  | 'batch_cancel_requested'
  | 'batch_ended'
  | 'resource_changed'
  | 'checkpoint_created'
  | 'plan_changed'
  | 'plan_decided'
  | 'action_refused'
  | 'action_done';

/** Subjects of events that clients may receive: a policy question exists for them (`event-subject.ts`). */
export type ReadableSubject = 'task' | 'batch' | 'plan' | 'platform';

/** `action`: an action on the object that `details.resource` names. */
type PrivateSubject = 'checkpoint' | 'resource' | 'decision' | 'action';

/** The event that clients receive; for tasks it may depend on whether the task belongs to a batch. */
type Publication = EventType | { standalone: EventType; ofBatch: EventType };

interface Uses {
  audit: AuditForm | 'none';
  /** Whether it is one of the snapshots of its task or batch. */
  snapshot: boolean;
  /** The event that webhooks receive, by the status that was recorded. */
  webhook: Readonly<Record<string, WebhookEvent>> | 'none';
}

/** Only an event whose subject has a policy question can be published. `private`: no client receives it. */
export type EventDefinition = Uses &
  (
    | { subject: ReadableSubject; published: Publication | 'private' }
    | { subject: PrivateSubject; published: 'private' }
  );

const TASK_CHANGE = { standalone: 'TaskStatusChanged', ofBatch: 'BatchOperationUpdate' } as const;

const TASK_ENDS = {
  Completed: 'task.completed',
  Failed: 'task.failed',
  Cancelled: 'task.cancelled',
} as const;

const BATCH_ENDS = {
  Completed: 'batch.completed',
  Failed: 'batch.failed',
  Cancelled: 'batch.cancelled',
  RolledBack: 'batch.rolled_back',
} as const;

const PLAN_CHANGES = {
  Planned: 'plan.awaiting_approval',
  Approved: 'plan.approved',
  Rejected: 'plan.rejected',
  Stale: 'plan.stale',
  Executed: 'plan.executed',
} as const;

/**
 * Every type of event that is recorded, and its uses: a definition for each kind of subject it may have. A type
 * or a subject that is not listed is private. The check `events_type_known` of the table `events` lists the same types.
 * To add one: docs/how-to/add-an-event-type.md.
 */
const CATALOGUE = {
  submitted: [
    { subject: 'task', published: TASK_CHANGE, audit: 'task_submitted', snapshot: true, webhook: 'none' },
    {
      subject: 'batch',
      published: 'BatchOperationUpdate',
      audit: 'batch_submitted',
      snapshot: true,
      webhook: 'none',
    },
  ],
  ready: [{ subject: 'task', published: TASK_CHANGE, audit: 'none', snapshot: true, webhook: 'none' }],
  started: [
    { subject: 'task', published: TASK_CHANGE, audit: 'task_started', snapshot: true, webhook: 'none' },
    { subject: 'batch', published: 'BatchOperationUpdate', audit: 'none', snapshot: true, webhook: 'none' },
  ],
  /** An attempt whose outcome is unknown was claimed, to find the outcome out. */
  reconciling: [{ subject: 'task', published: TASK_CHANGE, audit: 'none', snapshot: true, webhook: 'none' }],
  progress: [
    {
      subject: 'task',
      published: 'WorkflowProgressUpdate',
      audit: 'none',
      snapshot: false,
      webhook: 'none',
    },
    {
      subject: 'batch',
      published: 'WorkflowProgressUpdate',
      audit: 'none',
      snapshot: false,
      webhook: 'none',
    },
  ],
  /** A chunk of the log: a row of `task_logs`, not of `events`. */
  log: [{ subject: 'task', published: 'LogEntry', audit: 'none', snapshot: false, webhook: 'none' }],
  /** An attempt failed and another follows. */
  attempt_failed: [
    { subject: 'task', published: TASK_CHANGE, audit: 'task_ended', snapshot: true, webhook: 'none' },
  ],
  /** The worker was lost and the task is ready again. */
  requeued: [{ subject: 'task', published: TASK_CHANGE, audit: 'none', snapshot: true, webhook: 'none' }],
  /** The worker was lost, and the provider must be asked what the attempt did. */
  outcome_unknown: [
    { subject: 'task', published: TASK_CHANGE, audit: 'none', snapshot: true, webhook: 'none' },
  ],
  cancel_requested: [
    {
      subject: 'task',
      published: TASK_CHANGE,
      audit: 'task_cancel_requested',
      snapshot: true,
      webhook: 'none',
    },
    {
      subject: 'batch',
      published: 'BatchOperationUpdate',
      audit: 'batch_cancel_requested',
      snapshot: true,
      webhook: 'none',
    },
  ],
  cancelled: [
    { subject: 'task', published: TASK_CHANGE, audit: 'task_cancelled', snapshot: true, webhook: TASK_ENDS },
  ],
  finished: [
    { subject: 'task', published: TASK_CHANGE, audit: 'task_ended', snapshot: true, webhook: TASK_ENDS },
    {
      subject: 'batch',
      published: 'BatchOperationUpdate',
      audit: 'batch_ended',
      snapshot: true,
      webhook: BATCH_ENDS,
    },
  ],
  /** The result of an attempt that was no longer the worker's. It changed nothing and is kept as evidence. */
  late_result: [{ subject: 'task', published: 'private', audit: 'none', snapshot: true, webhook: 'none' }],
  rolling_back: [
    { subject: 'batch', published: 'BatchOperationUpdate', audit: 'none', snapshot: true, webhook: 'none' },
  ],
  /** The health of the platform changed. */
  health: [
    { subject: 'platform', published: 'SystemHealthUpdate', audit: 'none', snapshot: false, webhook: 'none' },
  ],
  checkpoint_created: [
    {
      subject: 'checkpoint',
      published: 'private',
      audit: 'checkpoint_created',
      snapshot: false,
      webhook: 'none',
    },
  ],
  /** The status of a plan. */
  plan_changed: [
    {
      subject: 'plan',
      published: 'PlanStatusChanged',
      audit: 'plan_changed',
      snapshot: false,
      webhook: PLAN_CHANGES,
    },
  ],
  /** A user approved or rejected a plan, or withdrew an approval. */
  plan_decided: [
    { subject: 'decision', published: 'private', audit: 'plan_decided', snapshot: false, webhook: 'none' },
  ],
  resource_changed: [
    {
      subject: 'resource',
      published: 'private',
      audit: 'resource_changed',
      snapshot: false,
      webhook: 'none',
    },
  ],
  /** A request or a delivery that was denied, or that failed. */
  refused: [
    { subject: 'action', published: 'private', audit: 'action_refused', snapshot: false, webhook: 'none' },
  ],
  /** An action that is recorded for the audit trail alone. */
  told: [{ subject: 'action', published: 'private', audit: 'action_done', snapshot: false, webhook: 'none' }],
} as const satisfies Readonly<Record<string, readonly EventDefinition[]>>;

/** A type of event as it is stored. */
export type RecordedEventType = keyof typeof CATALOGUE;

/** All types of events. */
// Safe cast: the keys of the catalogue are these types.
export const RECORDED_EVENT_TYPES = Object.keys(CATALOGUE) as readonly RecordedEventType[];

/** Whether this release knows a type. Processes of a newer release may write others during a rollout. */
export function isRecordedEventType(type: string): type is RecordedEventType {
  return Object.hasOwn(CATALOGUE, type);
}

/** The members of an event by which its definition is chosen. */
interface Place {
  type: RecordedEventType;
  taskId: string | null;
  batchId: string | null;
}

/** The definitions of a type, one for each kind of subject. */
export function definitionsOf(type: RecordedEventType): readonly EventDefinition[] {
  return CATALOGUE[type];
}

/** The definition of an event; undefined if the type has none for its subject: then it is private. */
export function definitionOf({ type, taskId, batchId }: Place): EventDefinition | undefined {
  return definitionsOf(type).find(({ subject }) => {
    if (subject === 'task') return taskId !== null;
    if (subject === 'batch') return taskId === null && batchId !== null;
    // Other subjects may belong to a task, such as a resource that its command changed.
    return subject !== 'platform' || (taskId === null && batchId === null);
  });
}

/** The type of event that clients receive; undefined for a private event. */
export function publicTypeOf(event: Place): EventType | undefined {
  const published = definitionOf(event)?.published ?? 'private';
  if (published === 'private') return undefined;
  if (typeof published === 'string') return published;
  return event.batchId === null ? published.standalone : published.ofBatch;
}

/** The event that webhooks receive; undefined if they receive none. */
export function webhookEventOf(event: Place & { status: string }): WebhookEvent | undefined {
  const webhook = definitionOf(event)?.webhook ?? 'none';
  return webhook === 'none' ? undefined : webhook[event.status];
}

/** The types of events that have audit records. */
export function auditedTypes(): RecordedEventType[] {
  return RECORDED_EVENT_TYPES.filter((type) => definitionsOf(type).some(({ audit }) => audit !== 'none'));
}

/** The types of events that webhooks receive. */
export function webhookTypes(): RecordedEventType[] {
  return RECORDED_EVENT_TYPES.filter((type) => definitionsOf(type).some(({ webhook }) => webhook !== 'none'));
}

/** The types of events that are snapshots of a task or a batch. */
export function snapshotTypesOf(subject: 'task' | 'batch'): RecordedEventType[] {
  return RECORDED_EVENT_TYPES.filter((type) =>
    definitionsOf(type).some((definition) => definition.subject === subject && definition.snapshot),
  );
}
