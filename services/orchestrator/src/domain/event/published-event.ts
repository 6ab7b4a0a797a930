import type { TaskStatus } from '../task/task.js';
import { publicTypeOf, type EventType } from './catalogue.js';
import type { RecordedEvent } from './recorded-event.js';

/** An event as clients receive it. */
export interface PublishedEvent {
  /** A client that sends it as `last_event_id` receives the events after it. */
  id: string;
  event_type: EventType;
  timestamp: string;
  data: Record<string, unknown>;
  metadata: { task_id?: string; batch_id?: string; plan_id?: string; status?: string };
}

/** The published members of an event's details. Others, such as workers and signals, are internal. */
const PUBLISHED_DETAILS = [
  'exit_code',
  'error',
  'reason',
  'by',
  'because_of',
  'operations',
  'completed',
  'failed',
  'cancelled',
];

/** Returns what clients receive of an event; undefined for a private one. One event is published at most once: its number is its id. */
export function publish(event: RecordedEvent): PublishedEvent | undefined {
  const type = publicTypeOf(event);
  const body = type && BODIES[type](event);
  if (!body) return undefined;
  const { data, status } = body;
  const metadata = {
    ...(event.taskId === null ? {} : { task_id: event.taskId }),
    ...(event.batchId === null ? {} : { batch_id: event.batchId }),
    ...(event.plan === null ? {} : { plan_id: event.plan.id }),
    ...(status === undefined ? {} : { status }),
  };
  return {
    id: String(event.seq),
    event_type: type,
    timestamp: event.at.toISOString(),
    // The example of the API document reads `data` only, so it contains the metadata as well.
    data: { ...metadata, ...data },
    metadata,
  };
}

interface Body {
  data: Record<string, unknown>;
  status?: string;
}

const BODIES: Readonly<Record<EventType, (event: RecordedEvent) => Body | undefined>> = {
  TaskStatusChanged: taskUpdate,
  BatchOperationUpdate: (event) => (event.taskId === null ? batchUpdate(event) : taskUpdate(event)),
  WorkflowProgressUpdate: progressUpdate,
  SystemHealthUpdate: healthUpdate,
  LogEntry: logEntry,
  PlanStatusChanged: planUpdate,
};

function healthUpdate({ status, details }: RecordedEvent): Body {
  return {
    status: status.toLowerCase(),
    data: { overall: status, components: inSnakeCaseKeys(details['components']) },
  };
}

/** The API writes `batch_coordinator` for `batchCoordinator`. */
function inSnakeCaseKeys(components: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(components ?? {})
      .map(([name, health]: [string, unknown]) => [name, health] as const)
      .map(([name, health]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), health]),
  );
}

function logEntry({ task, attempt, log }: RecordedEvent): Body | undefined {
  if (!log) return undefined;
  const { firstLine, lineCount, text, truncated } = log;
  return {
    data: {
      ...operationOf(task),
      attempt,
      first_line: firstLine,
      line_count: lineCount,
      text,
      ...(truncated ? { truncated } : {}),
    },
  };
}

function progressUpdate({ taskId, batchId, attempt, status, task, details }: RecordedEvent): Body {
  const { total_steps: total, completed_steps: done, current_step: step = null } = details;
  const share = typeof total === 'number' && typeof done === 'number' && total > 0 ? done / total : 0;
  return {
    status: taskId === null ? batchStatus(status) : taskStatus(status),
    data: {
      workflow_id: batchId ?? taskId,
      ...operationOf(task),
      ...(taskId === null ? {} : { attempt }),
      progress: Math.round(Math.min(1, share) * 1000) / 10,
      total_steps: total,
      completed_steps: done,
      current_step: step,
    },
  };
}

/** A change of a workflow or of an operation. */
function taskUpdate(event: RecordedEvent): Body {
  const { task, status, attempt, type } = event;
  return {
    status: taskStatus(status),
    data: {
      ...(task && { name: task.name, infra: task.infra }),
      ...(event.batch && { batch_name: event.batch.name }),
      ...operationOf(task),
      change: type,
      state: inSnakeCase(status),
      attempt,
      ...publishedDetails(event.details),
    },
  };
}

function batchUpdate({ batch, status, type, details }: RecordedEvent): Body {
  return {
    status: batchStatus(status),
    data: {
      // The event is about the batch itself, not about an operation.
      operation_id: null,
      ...(batch && { batch_name: batch.name, infras: batch.infras }),
      change: type,
      ...publishedDetails(details),
    },
  };
}

function planUpdate({ plan, status, details }: RecordedEvent): Body | undefined {
  if (!plan) return undefined;
  const { previous, digest, batch_id: batch, error } = details;
  return {
    status: inSnakeCase(status),
    data: {
      kind: plan.kind,
      name: plan.name,
      infras: plan.infras,
      ...(typeof previous === 'string' ? { previous: inSnakeCase(previous) } : {}),
      ...(digest === undefined ? {} : { digest }),
      ...(batch === undefined ? {} : { batch_id: batch }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

function operationOf(task: RecordedEvent['task']): Record<string, unknown> {
  if (!task || task.operation === null) return {};
  return { operation_id: task.operation, ...(task.kind === 'rollback' ? { undoes: true } : {}) };
}

function publishedDetails(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    PUBLISHED_DETAILS.filter((name) => details[name] !== undefined).map((name) => [name, details[name]]),
  );
}

/** The status words of the API for the stored ones. */
const TASK_STATUS: Readonly<Record<string, string>> = {
  Blocked: 'pending',
  Waiting: 'pending',
  Ready: 'pending',
  RetryWait: 'pending',
  Running: 'running',
  Unknown: 'running',
  Completed: 'completed',
  Failed: 'failed',
  Cancelled: 'cancelled',
} satisfies Record<TaskStatus, string>;

function taskStatus(status: string): string {
  return TASK_STATUS[status] ?? inSnakeCase(status);
}

function batchStatus(status: string): string {
  return inSnakeCase(status);
}

/** `RolledBack` → `rolled_back`. */
function inSnakeCase(word: string): string {
  return word.replaceAll(/(?<=[a-z])([A-Z])/g, '_$1').toLowerCase();
}
