import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Task } from '@provisioning/contracts';
import { PAGE, taskList } from '../../api/queries/tasks.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { whyOf } from '../../format/why.js';
import { useLiveTask } from '../../live/use-live.js';
import { TASK_STATUSES } from '../../paths.js';
import { StatusFilter } from '../../ui/filter-bar.js';
import { IdChip } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Pager } from '../../ui/pager.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';

export default function TaskList() {
  const filters = useSearch({ from: '/signed-in/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  const { data, error, isPending, isFetching, refetch } = useQuery({
    ...taskList(filters),
    refetchInterval: useFallbackInterval(15_000),
  });
  const tasks = data?.data.items ?? [];
  return (
    <Page title="Tasks">
      <StatusFilter
        words={TASK_STATUSES}
        value={filters.status}
        onChange={(status) => void navigate({ search: status === undefined ? {} : { status } })}
      />
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isPending && !error && <Skeleton rows={8} />}
      {data && tasks.length === 0 && (
        <EmptyState
          action={
            filters.status && (
              <Link to="/tasks" search={{}} className="button">
                Clear filters
              </Link>
            )
          }
        >
          {filters.status
            ? `No task is ${filters.status.toLowerCase()}.`
            : 'No task has been submitted yet. Submit one with provctl or the API, and it appears here.'}
        </EmptyState>
      )}
      {data && tasks.length > 0 && (
        <>
          <div className={table['frame']}>
            <table className={table['table']} aria-busy={isFetching}>
              <thead>
                <tr>
                  <th scope="col">Status</th>
                  <th scope="col">Name</th>
                  <th scope="col">What it does</th>
                  <th scope="col">Submitted</th>
                  <th scope="col" data-numeric>
                    Took
                  </th>
                  <th scope="col">Id</th>
                </tr>
              </thead>
              <tbody>
                {tasks.map((task) => (
                  <Row key={task.id} task={task as Task} requestedAt={data.requestedAt} />
                ))}
              </tbody>
            </table>
          </div>
          <Pager
            page={filters.page ?? 1}
            size={PAGE}
            total={data.data.total}
            onChange={(page) =>
              void navigate({ search: (now) => ({ ...now, page: page > 1 ? page : undefined }) })
            }
          />
        </>
      )}
    </Page>
  );
}

function Row({ task: fetched, requestedAt }: { task: Task; requestedAt: number }) {
  const task = useLiveTask(fetched, requestedAt);
  const isFrozen = useIsFrozen();
  return (
    <tr>
      <td>
        <Status status={task.status} />
      </td>
      <td>
        <Link to="/tasks/$id" params={{ id: task.id }} className={table['name']}>
          {task.operation ?? task.name}
        </Link>
        {task.infra && <span className="muted"> {task.infra}</span>}
      </td>
      <td data-wide>{sentenceOf(task)}</td>
      <td className={table['narrow']}>
        <Time at={task.created_at} />
      </td>
      <td data-numeric>
        {task.started_at && (
          <Took
            from={task.started_at}
            to={task.completed_at}
            frozen={isFrozen || task.status !== 'Running'}
          />
        )}
      </td>
      <td>
        <IdChip id={task.id} what="task" />
      </td>
    </tr>
  );
}

/** Of what went as it should, the command says most. */
function sentenceOf(task: Task) {
  if (task.status === 'Failed' || task.progress?.current_step || task.waiting_for) return whyOf(task);
  return <span className="mono muted">{[task.command.split('/').at(-1), ...task.args].join(' ')}</span>;
}
