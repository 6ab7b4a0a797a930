import Type from 'typebox';
import { operationsUnder } from '../operation.js';
import { byId, closed, id, listOf, name, oneOf, sentence, someOf, text, uuid } from '../schemas/basics.js';
import { withDefault } from '../schemas/default.js';
import { after, limit, MAX_PAGE, paged } from '../schemas/paging.js';
import { from, to } from '../schemas/period.js';
import { TASK_KINDS, TASK_STATUSES } from '../statuses.js';
import { logLineSchema, taskSchema } from '../schemas/task.js';

const define = operationsUnder('orchestrator', 'Tasks');

const output = withDefault(
  Type.Boolean({ description: 'Whether the answer has `output`; otherwise it is null' }),
  true,
);

/** `GET /tasks` */
export const listTasks = define({
  id: 'listTasks',
  method: 'get',
  path: '/tasks',
  summary: 'List all workflow tasks',
  permission: { resource: 'tasks:*', action: 'read' },
  query: paged({
    status: Type.Optional(
      someOf(TASK_STATUSES, 'Only tasks with one of these statuses, separated by commas'),
    ),
    kind: Type.Optional(someOf(TASK_KINDS, 'Only tasks of these kinds, separated by commas')),
    infra: Type.Optional(name),
    created_by: Type.Optional(
      text(256, { minLength: 1, description: 'Only tasks of the user with this name' }),
    ),
    batch_id: Type.Optional(uuid),
    q: Type.Optional(
      text(128, {
        minLength: 1,
        description: 'Only tasks whose name, operation or id contains this text, ignoring case',
      }),
    ),
    from,
    to,
    sort: withDefault(
      oneOf(['-created_at', 'created_at'], {
        description: '`-created_at`: newest first; `created_at`: oldest first',
      }),
      '-created_at',
    ),
    output,
  }),
  success: {
    status: 200,
    data: listOf(taskSchema, MAX_PAGE),
    list: after('id'),
    example: [
      {
        id: 'uuid-string',
        name: 'create_servers',
        command: '/usr/local/provisioning servers create',
        args: ['--infra', 'production', '--wait'],
        dependencies: [],
        status: 'Completed',
        created_at: '2025-09-26T10:00:00Z',
        started_at: '2025-09-26T10:00:05Z',
        completed_at: '2025-09-26T10:05:30Z',
        output: 'Successfully created 3 servers',
        error: null,
      },
    ],
  },
});

/** `GET /tasks/{id}` */
export const getTask = define({
  id: 'getTask',
  method: 'get',
  path: '/tasks/{id}',
  summary: 'Get specific task status and details',
  permission: { resource: 'tasks:{params.id}', action: 'read' },
  params: byId,
  query: closed({ output }),
  success: {
    status: 200,
    data: taskSchema,
    example: {
      id: 'uuid-string',
      name: 'create_servers',
      command: '/usr/local/provisioning servers create',
      args: ['--infra', 'production', '--wait'],
      dependencies: [],
      status: 'Running',
      created_at: '2025-09-26T10:00:00Z',
      started_at: '2025-09-26T10:00:05Z',
      completed_at: null,
      output: null,
      error: null,
    },
  },
  errors: [404],
});

/** `GET /tasks/{id}/logs` */
export const getTaskLogs = define({
  id: 'getTaskLogs',
  method: 'get',
  path: '/tasks/{id}/logs',
  summary: 'Get the output of a task, line by line',
  description:
    'Oldest first. To follow the output, repeat the request with `after` set to the last `line`. As `text/plain`: all lines after `after`, regardless of `limit`. `X-First-Line` and `X-Last-Line` are the numbers of the first and the last line that are stored, 0 without any; with `search`, `X-Total-Count` is the number of lines that contain the text (10,000 stands for more).',
  permission: { resource: 'tasks:{params.id}', action: 'read' },
  params: byId,
  query: closed({
    after: withDefault(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Only lines after this number',
      }),
      0,
    ),
    limit,
    tail: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_PAGE,
        description: 'The last lines, this many at most, in place of those after `after`',
      }),
    ),
    format: Type.Optional(
      oneOf(['text'], { description: 'Same as `Accept: text/plain`, for links, which cannot set headers' }),
    ),
    search: Type.Optional(
      text(256, { minLength: 1, description: 'Only lines that contain this text, ignoring case' }),
    ),
  }),
  success: {
    status: 200,
    data: listOf(logLineSchema, MAX_PAGE),
    alsoAs: ['text/plain'],
    headers: ['X-First-Line', 'X-Last-Line', 'X-Total-Count'],
  },
  errors: [404],
  addition: true,
});

/** `POST /tasks/{id}/cancel` */
export const cancelTask = define({
  id: 'cancelTask',
  method: 'post',
  path: '/tasks/{id}/cancel',
  summary: 'Cancel a task',
  description:
    'Returns immediately. Terminates the process group of a running command: SIGTERM, then SIGKILL after 10 s. Until it has ended, the task is `Running` with `cancel_requested_at`. 409 if the task has ended.',
  permission: { resource: 'tasks:{params.id}', action: 'cancel' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Task cancelled' },
  errors: [404, 409],
  addition: true,
});

/** `POST /tasks/{id}/retry` */
export const retryTask = define({
  id: 'retryTask',
  method: 'post',
  path: '/tasks/{id}/retry',
  summary: 'Retry a failed or cancelled task',
  description:
    'Submits the same work as a new task, which keeps the changes already made, and returns its id. With `check_mode` the new task only shows what would run. 409 if the task has neither failed nor been cancelled.',
  permission: { resource: 'tasks:{params.id}', action: 'execute' },
  params: byId,
  query: closed({ check_mode: withDefault(Type.Boolean(), false) }),
  idempotent: true,
  success: { status: 200, data: id, location: true, example: 'uuid-task-id' },
  errors: [404, 409],
  addition: true,
});
