import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Task } from '@provisioning/contracts';
import { taskList } from '../../api/queries/tasks.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { whyOf } from '../../format/why.js';
import { useLiveTask } from '../../live/use-live.js';
import { TASK_STATUSES } from '../../paths.js';
import { StatusList } from '../../features/list/status-list.js';
import { IdChip } from '../../ui/id-chip.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';

const COLUMNS = [
  { title: 'Status' },
  { title: 'Name' },
  { title: 'What it does' },
  { title: 'Submitted' },
  { title: 'Took', numeric: true },
  { title: 'Id' },
];

export default function TaskList() {
  const filters = useSearch({ from: '/signed-in/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  const query = useQuery({
    ...taskList(filters),
    refetchInterval: useFallbackInterval(15_000),
  });
  return (
    <StatusList
      title="Tasks"
      actions={
        <Link to="/submit" search={{}} className="button primary">
          Submit
        </Link>
      }
      query={query}
      words={TASK_STATUSES}
      status={filters.status}
      page={filters.page}
      columns={COLUMNS}
      empty={
        filters.status
          ? `No task is ${filters.status.toLowerCase()}.`
          : 'No task has been submitted yet. Submit one with provctl or the API, and it appears here.'
      }
      onStatus={(status) => void navigate({ search: status === undefined ? {} : { status } })}
      onPage={(page) => void navigate({ search: (now) => ({ ...now, page }) })}
      row={(task) => <Row key={task.id} task={task as Task} requestedAt={query.data?.requestedAt ?? 0} />}
    />
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
