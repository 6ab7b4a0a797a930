import { definitionOf, type AuditForm, type RecordedEventType } from '../event/catalogue.js';
import type { RollbackScope } from '../rollback/rollback.js';
import type { TaskKind } from '../task/task.js';
import type { Actor } from './actor.js';

/** A record of the audit trail. */
export interface AuditRecord {
  /** Id of the event, by which the receiver recognises repeats. */
  eventId: string;
  at: Date;
  actor: AuditActor;
  /** Object in the singular and action, such as `server.create`. */
  action: string;
  /** `servers/web-01` */
  resource: string;
  result: 'success' | 'denied' | 'failure';
  details: Record<string, unknown>;
}

/** An actor; members are null where they are unknown, as in old records. */
export type AuditActor = { [Member in keyof Actor]: Actor[Member] | null };

/** An event with what is known of its task and batch. */
export interface AuditableEvent {
  id: string;
  at: Date;
  type: RecordedEventType;
  status: string;
  attempt: number;
  details: Record<string, unknown>;
  /** The user who caused the event, else the submitter of its task or batch. */
  actor: AuditActor;
  /** Whether a user caused the event. */
  byHand: boolean;
  task: AuditedTask | null;
  batch: AuditedBatch | null;
}

interface AuditedTask {
  id: string;
  kind: TaskKind;
  name: string;
  infra: string;
  checkMode: boolean;
  /** The command line of a task that runs a command. */
  argv: readonly string[];
  operation: string | null;
  retryOf: string | null;
}

interface AuditedBatch {
  id: string;
  kind: 'batch' | 'rollback';
  name: string;
  scope: RollbackScope | null;
  resumeOf: string | null;
  infras: readonly string[];
}

type Content = Pick<AuditRecord, 'action' | 'resource' | 'result' | 'details'>;

/** Returns the audit record of an event; undefined for an event that is not audited. */
export function auditRecordOf(event: AuditableEvent): AuditRecord | undefined {
  const { type, task, batch } = event;
  const form = definitionOf({ type, taskId: task?.id ?? null, batchId: batch?.id ?? null })?.audit ?? 'none';
  const content = form === 'none' ? undefined : FORMS[form](event);
  return content && { eventId: event.id, at: event.at, actor: event.actor, ...content };
}

const FORMS: Readonly<Record<AuditForm, (event: AuditableEvent) => Content | undefined>> = {
  task_submitted: ofTask(({ retryOf, kind, argv }, about) =>
    // Operations are submitted with their batch, and surveys with a request for drift or a restore.
    kind === 'workflow'
      ? {
          action: retryOf === null ? 'workflow.submit' : 'task.retry',
          result: 'success',
          details: { ...about, argv, ...(retryOf === null ? {} : { retry_of: retryOf }) },
        }
      : undefined,
  ),
  task_started: ofTask(({ argv }, about, { attempt }) => ({
    action: 'task.start',
    result: 'success',
    details: { ...about, attempt, argv },
  })),
  task_cancel_requested: ofTask((_, about, { byHand }) => (byHand ? taskCancelled(about) : undefined)),
  task_cancelled: ofTask((task, about, event) =>
    event.byHand ? taskCancelled(about) : taskEnded(task, about, event),
  ),
  task_ended: ofTask(taskEnded),
  batch_submitted: ofBatch((batch, { details }) => ({
    action: submission(batch),
    result: 'success',
    details: {
      name: batch.name,
      infras: batch.infras,
      ...known({ scope: batch.scope, resume_of: batch.resumeOf, operations: details['operations'] }),
    },
  })),
  batch_cancel_requested: ofBatch(({ name }, { byHand }) =>
    byHand ? { action: 'batch.cancel', result: 'success', details: { name } } : undefined,
  ),
  batch_ended: ofBatch(({ kind, name }, { status, details: { completed, failed, cancelled, error } }) => ({
    action: kind === 'rollback' ? 'rollback.end' : 'batch.end',
    result: status === 'Completed' ? 'success' : 'failure',
    details: { name, ...known({ status, completed, failed, cancelled, error: cut(error) }) },
  })),
  resource_changed: ({ details: { change, kind, name, ...details } }) => ({
    action: `${String(kind)}.${CHANGES[String(change)] ?? String(change)}`,
    resource: `${String(kind)}s/${String(name)}`,
    result: 'success',
    details,
  }),
  checkpoint_created: ({ details: { checkpoint_id: id, ...details } }) => ({
    action: 'checkpoint.create',
    resource: `checkpoints/${String(id)}`,
    result: 'success',
    details,
  }),
  plan_changed: ({ status, details: { plan_id: id, scope_id: _scope, ...details } }) => ({
    action: PLAN_ACTIONS[status] ?? 'plan.change',
    resource: `plans/${String(id)}`,
    result: status === 'Failed' || status === 'Stale' ? 'failure' : 'success',
    details: { ...details, status },
  }),
  plan_decided: ({ details: { plan_id: id, decision, ...details } }) => ({
    action: `plan.${String(decision)}`,
    resource: `plans/${String(id)}`,
    result: 'success',
    details,
  }),
  action_refused: ({ status, details: { action, resource, ...details } }) => ({
    action: String(action),
    resource: String(resource),
    result: status === 'Denied' ? 'denied' : 'failure',
    details,
  }),
  action_done: ({ details: { action, resource, ...details } }) => ({
    action: String(action),
    resource: String(resource),
    result: 'success',
    details,
  }),
};

const PLAN_ACTIONS: Readonly<Record<string, string>> = {
  Planning: 'plan.create',
  Executing: 'plan.execute',
  Executed: 'plan.start',
  Cancelled: 'plan.cancel',
};

const CHANGES: Readonly<Record<string, string>> = { create: 'create', change: 'update', destroy: 'delete' };

/** A record without its resource, which is the task or batch. */
type Outcome = Omit<Content, 'resource'>;

function ofTask(
  outcomeOf: (
    task: AuditedTask,
    about: Record<string, unknown>,
    event: AuditableEvent,
  ) => Outcome | undefined,
): (event: AuditableEvent) => Content | undefined {
  return (event) => {
    const { task } = event;
    if (!task) return undefined;
    const about = {
      name: task.name,
      infra: task.infra,
      ...(task.checkMode ? { check_mode: true } : {}),
      ...(task.operation === null ? {} : { operation: task.operation }),
    };
    const outcome = outcomeOf(task, about, event);
    return outcome && { resource: `tasks/${task.id}`, ...outcome };
  };
}

function taskCancelled(about: Record<string, unknown>): Outcome {
  return { action: 'task.cancel', result: 'success', details: about };
}

function taskEnded(
  { argv }: AuditedTask,
  about: Record<string, unknown>,
  { status, attempt, details: { exit_code: exitCode, signal, error, reason } }: AuditableEvent,
): Outcome {
  return {
    action: 'task.end',
    result: status === 'Completed' ? 'success' : 'failure',
    details: {
      ...about,
      attempt,
      argv,
      ...known({ status, exit_code: exitCode, signal, error: cut(error), reason: cut(reason) }),
    },
  };
}

function ofBatch(
  outcomeOf: (batch: AuditedBatch, event: AuditableEvent) => Outcome | undefined,
): (event: AuditableEvent) => Content | undefined {
  return (event) => {
    const { batch } = event;
    const outcome = batch && outcomeOf(batch, event);
    return outcome
      ? { resource: `${batch.kind === 'rollback' ? 'rollbacks' : 'batches'}/${batch.id}`, ...outcome }
      : undefined;
  };
}

function submission({ kind, scope, resumeOf }: AuditedBatch): string {
  if (kind === 'rollback') return scope?.kind === 'restore' ? 'checkpoint.restore' : 'rollback.execute';
  return resumeOf === null ? 'batch.submit' : 'batch.resume';
}

const LONGEST_TEXT = 1_000;

function cut(text: unknown): unknown {
  return typeof text === 'string' && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

function known(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}
