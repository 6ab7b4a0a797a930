import type { BatchStatus } from '../batch/batch.js';
import type { RollbackScope } from '../rollback/rollback.js';
import type { TaskKind, TaskStatus } from '../task/task.js';
import type { Actor } from './actor.js';

/** What the audit trail is told, in the order in which it happened. */
export interface AuditRecord {
  /** The event's own: whoever receives it twice knows it. */
  eventId: string;
  at: Date;
  actor: AuditActor;
  /** `server.create`: what it was done to, in the singular, and what was done. */
  action: string;
  /** `servers/web-01` */
  resource: string;
  result: 'success' | 'denied' | 'failure';
  details: Record<string, unknown>;
}

/** An actor, as far as it is known: what is old may have none. */
export type AuditActor = { [Member in keyof Actor]: Actor[Member] | null };

/** An event with what is known of its task and batch. */
export interface AuditableEvent {
  id: string;
  at: Date;
  type: string;
  status: string;
  attempt: number;
  details: Record<string, unknown>;
  /** Who did it, where somebody did; else the submitter of what it follows from. */
  actor: AuditActor;
  /** Whether somebody did it. */
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
  /** The command line, where it is one. */
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

type Told = Pick<AuditRecord, 'action' | 'resource' | 'result' | 'details'>;

/** The types of events that may have a record. */
export function mayBeTold(type: string): boolean {
  return TRANSITIONS.has(type) || Object.hasOwn(OTHERS, type);
}

const TRANSITIONS = new Set([
  'submitted',
  'started',
  'attempt_failed',
  'finished',
  'cancelled',
  'cancel_requested',
]);

/** The record of an event; undefined for those that tell of nothing that anybody did or that was done. */
export function auditRecordOf(event: AuditableEvent): AuditRecord | undefined {
  const told = OTHERS[event.type]?.(event) ?? (event.task ? ofTask(event, event.task) : ofBatch(event));
  return told && { eventId: event.id, at: event.at, actor: event.actor, ...told };
}

/** The kinds of events that are neither a task's nor a batch's. */
const OTHERS: Readonly<Record<string, ((event: AuditableEvent) => Told) | undefined>> = {
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
  refused: ({ status, details: { action, resource, ...details } }) => ({
    action: String(action),
    resource: String(resource),
    result: status === 'Denied' ? 'denied' : 'failure',
    details,
  }),
  told: ({ details: { action, resource, ...details } }) => ({
    action: String(action),
    resource: String(resource),
    result: 'success',
    details,
  }),
};

const CHANGES: Readonly<Record<string, string>> = { create: 'create', change: 'update', destroy: 'delete' };

function ofTask(
  { type, status, attempt, details, byHand }: AuditableEvent,
  task: AuditedTask,
): Told | undefined {
  const resource = `tasks/${task.id}`;
  const about = {
    name: task.name,
    infra: task.infra,
    ...(task.checkMode ? { check_mode: true } : {}),
    ...(task.operation === null ? {} : { operation: task.operation }),
  };
  switch (type) {
    case 'submitted':
      // Operations are submitted with their batch, surveys by who asks for drift.
      if (task.kind !== 'workflow') return undefined;
      return {
        action: task.retryOf === null ? 'workflow.submit' : 'task.retry',
        resource,
        result: 'success',
        details: { ...about, argv: task.argv, ...(task.retryOf === null ? {} : { retry_of: task.retryOf }) },
      };
    case 'started':
      return {
        action: 'task.start',
        resource,
        result: 'success',
        details: { ...about, attempt, argv: task.argv },
      };
    case 'cancel_requested':
      return byHand ? { action: 'task.cancel', resource, result: 'success', details: about } : undefined;
    case 'cancelled':
      if (byHand) return { action: 'task.cancel', resource, result: 'success', details: about };
      return ended(resource, status as TaskStatus, { ...about, attempt, argv: task.argv }, details);
    case 'attempt_failed':
    case 'finished':
      return ended(resource, status as TaskStatus, { ...about, attempt, argv: task.argv }, details);
    default:
      return undefined;
  }
}

function ended(
  resource: string,
  status: TaskStatus,
  about: Record<string, unknown>,
  { exit_code: exitCode, signal, error, reason }: Record<string, unknown>,
): Told {
  return {
    action: 'task.end',
    resource,
    result: status === 'Completed' ? 'success' : 'failure',
    details: {
      ...about,
      ...known({ status, exit_code: exitCode, signal, error: cut(error), reason: cut(reason) }),
    },
  };
}

function ofBatch({ type, status, details, byHand, batch }: AuditableEvent): Told | undefined {
  if (!batch) return undefined;
  const rollback = batch.kind === 'rollback';
  const resource = `${rollback ? 'rollbacks' : 'batches'}/${batch.id}`;
  switch (type) {
    case 'submitted':
      return {
        action: submission(batch),
        resource,
        result: 'success',
        details: {
          name: batch.name,
          infras: batch.infras,
          ...known({ scope: batch.scope, resume_of: batch.resumeOf, operations: details['operations'] }),
        },
      };
    case 'cancel_requested':
      return byHand
        ? { action: 'batch.cancel', resource, result: 'success', details: { name: batch.name } }
        : undefined;
    case 'finished': {
      const { completed, failed, cancelled, error } = details;
      return {
        action: rollback ? 'rollback.end' : 'batch.end',
        resource,
        result: (status as BatchStatus) === 'Completed' ? 'success' : 'failure',
        details: { name: batch.name, ...known({ status, completed, failed, cancelled, error: cut(error) }) },
      };
    }
    default:
      return undefined;
  }
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
