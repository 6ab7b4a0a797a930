import { cancelTask, getTask, getTaskLogs, listTasks } from '@provisioning/contracts';
import {
  asksOfRows,
  on,
  page,
  principalOf,
  reply,
  stream,
  timeRange,
  type Binding,
} from '@provisioning/http-kit';
import type { LogLine } from '../domain/task/task.js';
import type { TaskService } from '../domain/task/task-service.js';
import type { ReadAccess } from './read-access.js';
import { actorOf } from './submitter.js';
import { kindsOf, presentListedTask, presentTaskDetails, statusesOf } from './present/task.js';

/** @param command how the provisioning command is shown: the configured path. */
export function taskRoutes(tasks: TaskService, command: string, access: ReadAccess): Binding[] {
  const { stored } = access;
  return [
    on(
      listTasks,
      asksOfRows,
    )(async (request) => {
      const { status, kind, infra, q, from, to, sort, output, ...others } = request.query;
      const { created_by: createdBy, batch_id: batchId, ...position } = others;
      const visible = await access.visibility.tasks(access.viewer(request));
      const found = await tasks.list({
        ...position,
        ...timeRange({ from, to }, 'malformed'),
        statuses: status === undefined ? undefined : statusesOf(status),
        kinds: kind === undefined ? undefined : kindsOf(kind),
        infra,
        createdBy,
        batchId,
        text: q,
        oldestFirst: sort === 'created_at',
        withOutput: output,
        visible,
      });
      return page(
        found.tasks.map((task) => presentListedTask(task, command)),
        found.total,
      );
    }),
    on(getTask, ({ params: { id }, declared }) => stored.readTask(declared, () => tasks.get(id)))(
      ({ found, query: { output } }) => reply(presentTaskDetails(found, command, output)),
    ),
    on(getTaskLogs, ({ params: { id }, declared }) => stored.readTask(declared, () => tasks.get(id)))(
      async ({ found: { id }, query: { after, limit, tail, search, format }, mediaType }) => {
        if (mediaType === 'text/plain' || format === 'text')
          return stream('text/plain', `${id}.log`, plainText(tasks.allLogs(id, after)));
        const { lines, range, matches } = await tasks.logs(id, { after, limit, tail, search });
        return reply(
          lines.map(({ line, attempt, at, text }) => ({ line, attempt, timestamp: at.toISOString(), text })),
          {
            headers: {
              'X-First-Line': String(range.first),
              'X-Last-Line': String(range.last),
              ...(matches === undefined ? {} : { 'X-Total-Count': String(matches) }),
            },
          },
        );
      },
    ),
    on(cancelTask, ({ params: { id }, declared }) => stored.cancelTask(declared, () => tasks.get(id)))(
      async (request) => {
        await tasks.cancel(request.params.id, principalOf(request).username, actorOf(request));
        return reply('Task cancelled');
      },
    ),
  ];
}

async function* plainText(pieces: AsyncIterable<LogLine[]>): AsyncGenerator<string> {
  for await (const lines of pieces) yield lines.map(({ text }) => `${text}\n`).join('');
}
