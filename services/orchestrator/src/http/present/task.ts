import type { DataOf, getTask, listTasks, Plan, WaitingFor as WireWaitingFor } from '@provisioning/contracts';
import type {
  ListedTask,
  PlannedChange,
  Task,
  TaskDetails,
  TaskKind,
  TaskStatus,
  WaitingFor,
} from '../../domain/task/task.js';
import { countOf, presentChange } from './resource.js';

type WireListed = DataOf<typeof listTasks>[number];
type WholeTask = DataOf<typeof getTask>;
type ApiStatus = WireListed['status'];

/** The API document's five status words for the statuses of tasks. */
export const API_STATUS: Record<TaskStatus, ApiStatus> = {
  Blocked: 'Pending',
  Waiting: 'Pending',
  Ready: 'Pending',
  RetryWait: 'Pending',
  Running: 'Running',
  Unknown: 'Running',
  Completed: 'Completed',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
};

/** The statuses of tasks for status words of the API. @param words separated by commas */
export function statusesOf(words: string): TaskStatus[] {
  const wanted = words.split(',');
  // Safe cast: the keys of the table are all statuses.
  return (Object.keys(API_STATUS) as TaskStatus[]).filter((status) => wanted.includes(API_STATUS[status]));
}

/** The kinds of tasks for words of the API. @param words separated by commas */
export function kindsOf(words: string): TaskKind[] {
  const wanted = words.split(',');
  // Safe cast: the keys of the table are all kinds.
  return (Object.keys(KIND) as TaskKind[]).filter((kind) => wanted.includes(KIND[kind]));
}

function presentTask(task: Task, command: string): WireListed {
  return {
    id: task.id,
    name: task.name,
    command: task.program === 'provisioning' ? [command, ...task.verb].join(' ') : task.program,
    args: maskArguments(task.args),
    dependencies: [...task.dependsOn],
    status: API_STATUS[task.status],
    created_at: task.createdAt.toISOString(),
    started_at: task.startedAt?.toISOString() ?? null,
    completed_at: task.completedAt?.toISOString() ?? null,
    output: task.outputTail,
    error: task.error,
    kind: KIND[task.kind],
    batch_id: task.batchId,
    operation: task.operation,
    infra: task.infra,
    check_mode: task.checkMode,
    retry_of: task.retryOf,
    attempt: task.attempt,
    exit_code: task.exitCode,
    signal: task.signal,
    created_by: task.createdByName,
    cancel_requested_at: task.cancelRequestedAt?.toISOString() ?? null,
  };
}

/** A task in a list. @param command how the provisioning command is shown */
export function presentListedTask(task: ListedTask, command: string): WireListed {
  const { progress, waitingFor } = task;
  // Not a spread: V8 makes a new shape for each member after it, which takes longer than all the rest.
  return Object.assign(presentTask(task, command), {
    progress: progress && {
      total_steps: progress.totalSteps,
      completed_steps: progress.doneSteps,
      current_step: progress.currentStep,
    },
    waiting_for: waitingFor && presentWaitingFor(waitingFor),
  });
}

/** A task with its details. @param command how the provisioning command is shown */
export function presentTaskDetails(task: TaskDetails, command: string, withOutput = true): WholeTask {
  return Object.assign(presentListedTask(task, command), {
    output: withOutput ? task.output : null,
    plan: task.planned && presentPlan(task.planned),
    plan_id: task.planId,
  });
}

function presentPlan(planned: readonly PlannedChange[]): Plan {
  const count = (kind: PlannedChange['change']) => countOf(planned, kind);
  return {
    changes: planned.map(presentChange),
    summary: `${count('create')} to create, ${count('change')} to change, ${count('destroy')} to destroy`,
  };
}

const KIND = {
  workflow: 'workflow',
  operation: 'batch_operation',
  rollback: 'rollback',
  survey: 'survey',
} as const;

/** Why a task waits. */
export function presentWaitingFor(waiting: WaitingFor): WireWaitingFor {
  switch (waiting.reason) {
    case 'lock': {
      const { reason, infra, place, holder } = waiting;
      return {
        reason,
        infra,
        place,
        task_id: holder?.kind === 'task' ? holder.id : null,
        batch_id: holder?.kind === 'batch' ? holder.id : null,
      };
    }
    case 'retry':
      return { reason: 'retry', at: waiting.at.toISOString() };
    case 'dependency':
      return { reason: 'dependency', operations: [...waiting.operations] };
    default:
      return waiting;
  }
}

const SECRET_OPTION = /^--?[\w-]*(password|passwd|secret|token|api-?key|private-?key)[\w-]*/i;

/** Arguments for display: the value of an option whose name suggests a secret is masked. */
export function maskArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const before = args[index - 1];
    if (before !== undefined && SECRET_OPTION.test(before) && !before.includes('=') && !arg.startsWith('-'))
      return '***';
    return arg
      .split(' ')
      .map((word, at, words) => {
        if (SECRET_OPTION.test(word) && word.includes('=')) return `${word.slice(0, word.indexOf('='))}=***`;
        const last = words[at - 1];
        return last !== undefined && SECRET_OPTION.test(last) && !last.includes('=') ? '***' : word;
      })
      .join(' ');
  });
}
