import Type, { type Static } from 'typebox';
import { annotated } from './annotated.js';
import { closed, count, id, listOf, name, nullable, oneOf, text, timestamp } from './basics.js';
import { TASK_KINDS, TASK_STATUSES, WAITING_REASONS } from '../statuses.js';
import { planSchema } from './plan.js';

/** One of {@link TASK_STATUSES}. */
export const taskStatus = oneOf(TASK_STATUSES, { title: 'TaskStatus' });

/** Maximum number of characters of `output`: 1 MiB and a note about what was cut. */
const MAX_OUTPUT = 1024 * 1024 + 4096;

const taskProgressSchema = closed(
  { total_steps: count, completed_steps: count, current_step: nullable(text(512)) },
  { title: 'TaskProgress' },
);

/** Why a pending task has not started. */
export const waitingForSchema = closed(
  {
    reason: oneOf(WAITING_REASONS, {
      description:
        '`lock`: another workflow is changing the infra; `limit`: the parallel limit of the batch is reached; `dependency`: operations it depends on have not completed; `retry`: its next attempt is due at `at`; `worker`: no worker is free; `held`: an admin must release it (`GET /state/hold`), also while it is `Running`',
    }),
    infra: Type.Optional(name),
    task_id: Type.Optional(annotated(nullable(id), { description: 'The task that holds the lock' })),
    batch_id: Type.Optional(annotated(nullable(id), { description: 'The batch that holds the lock' })),
    place: Type.Optional(annotated(count, { description: 'Position in the queue, starting at 1' })),
    operations: Type.Optional(
      listOf(name, 20, { description: 'The operations it depends on that have not completed' }),
    ),
    at: Type.Optional(timestamp),
  },
  { title: 'WaitingFor' },
);
/** A value of {@link waitingForSchema}. */
export type WaitingFor = Static<typeof waitingForSchema>;

/** A task: a workflow or one operation of a batch. */
export const taskSchema = closed(
  {
    id,
    name: text(128),
    command: text(1024, { description: 'The configured command and its subcommand' }),
    args: listOf(text(1024), 256),
    dependencies: listOf(id, 10_000),
    status: taskStatus,
    created_at: timestamp,
    started_at: nullable(timestamp),
    completed_at: nullable(timestamp),
    output: nullable(
      text(MAX_OUTPUT, {
        description: 'The start and the end of the output, at most 1 MiB; in lists its last 2,000 characters',
      }),
    ),
    error: nullable(text(4096, { description: 'Why the task failed' })),
    kind: Type.Optional(oneOf(TASK_KINDS)),
    infra: Type.Optional(name),
    check_mode: Type.Optional(Type.Boolean()),
    batch_id: Type.Optional(nullable(id)),
    operation: Type.Optional(
      annotated(nullable(name), { description: 'The id of the operation in its batch' }),
    ),
    retry_of: Type.Optional(nullable(id)),
    attempt: Type.Optional(count),
    exit_code: Type.Optional(nullable(Type.Integer())),
    signal: Type.Optional(nullable(text(16))),
    created_by: Type.Optional(text(256, { description: 'Username' })),
    cancel_requested_at: Type.Optional(nullable(timestamp)),
    progress: Type.Optional(nullable(taskProgressSchema)),
    waiting_for: Type.Optional(nullable(waitingForSchema)),
    plan_id: Type.Optional(
      annotated(nullable(id), { description: 'The plan that the task executes; absent in lists' }),
    ),
    plan: Type.Optional(
      annotated(nullable(planSchema), {
        description:
          'What a task with `check_mode` found that would be changed; null until it has ended, and in lists',
      }),
    ),
  },
  { title: 'Task' },
);
/** A value of {@link taskSchema}. */
export type Task = Static<typeof taskSchema>;

/** A line of the output of a task; `line` counts from 1 across all attempts. */
export const logLineSchema = closed(
  { line: count, attempt: count, timestamp, text: text(65_536) },
  { title: 'LogLine' },
);
/** A value of {@link logLineSchema}. */
export type LogLine = Static<typeof logLineSchema>;
