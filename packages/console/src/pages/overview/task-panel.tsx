import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Task, TaskStatus } from '@provisioning/contracts';
import { recentTasks } from '../../api/queries/overview.js';
import { useFallbackInterval } from '../../app/live-context.js';
import { whyOf } from '../../format/why.js';
import { useLiveTask } from '../../live/use-live.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { useClock } from '../../ui/time.js';
import styles from './overview-page.module.css';

interface TaskPanelProps {
  title: string;
  status: TaskStatus;
  /** The number of all such tasks; undefined until it is known. */
  total: number | undefined;
  /** Shown in place of tasks. */
  empty: string;
  children?: ReactNode;
}

/** Some tasks with a status, and a link to all of them. */
export function TaskPanel({ title, status, total, empty, children }: TaskPanelProps) {
  const { data, error, isPending, refetch } = useQuery({
    ...recentTasks(status),
    refetchInterval: useFallbackInterval(15_000),
  });
  const all = (
    <Link to="/tasks" search={{ status: [status] }}>
      {total === undefined ? 'Show all' : `Show all ${total}`}
      <span className="visually-hidden"> {status} tasks</span>
    </Link>
  );
  return (
    <Panel title={title} actions={all}>
      {children}
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isPending && !error && <Skeleton rows={3} />}
      {data?.data.items.length === 0 && <p className="muted">{empty}</p>}
      {data && data.data.items.length > 0 && (
        <ul className={styles['tasks']}>
          {data.data.items.map((task) => (
            <TaskLine key={task.id} task={task} requestedAt={data.requestedAt} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function TaskLine({ task: fetched, requestedAt }: { task: Task; requestedAt: number }) {
  const task = useLiveTask(fetched, requestedAt);
  return (
    <li>
      <Status status={task.status} />
      <span>
        <Link to="/tasks/$id" params={{ id: task.id }}>
          {task.operation ?? task.name}
        </Link>
        <span className="muted">
          {' '}
          {task.infra}
          {task.created_by && ` by ${task.created_by}`}
        </span>
      </span>
      <span className={styles['why']}>{whyOf(task, useClock())}</span>
    </li>
  );
}
