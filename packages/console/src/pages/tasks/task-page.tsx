import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Task } from '@provisioning/contracts';
import { ProvisioningError } from '@provisioning/client';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { taskDetail } from '../../api/queries/tasks.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { safeText, visible } from '../../format/safe-text.js';
import { whyOf } from '../../format/why.js';
import { LogView } from '../../features/log/log-view.js';
import { hasEnded } from '../../live/forward-only.js';
import { useLiveTask } from '../../live/use-live.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { IdChip, shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import { Tabs } from '../../ui/tabs.js';
import { Time, Took, useClock } from '../../ui/time.js';
import { TaskChanges, TaskPlan } from './task-changes.js';
import { TaskHistory } from './task-history.js';
import styles from './task-page.module.css';

export default function TaskPage() {
  const { id } = useParams({ from: '/signed-in/tasks/$id' });
  const { data, error, isPending, refetch } = useQuery({
    ...taskDetail(id),
    refetchInterval: useFallbackInterval(5_000),
  });
  if (data) return <TaskView key={id} fetched={data.data} requestedAt={data.requestedAt} />;
  const isGone = error instanceof ProvisioningError && error.status === 404;
  return (
    <Page title="Task" tabTitle={`Task ${shortId(id)}`}>
      {isPending && !error && <Skeleton rows={6} />}
      {isGone && <EmptyState action={<Link to="/tasks">All tasks</Link>}>There is no task {id}.</EmptyState>}
      {error && !isGone && <ErrorNotice error={error} retry={() => void refetch()} />}
    </Page>
  );
}

function TaskView({ fetched, requestedAt }: { fetched: Task; requestedAt: number }) {
  const task = useLiveTask(fetched, requestedAt);
  const search = useSearch({ from: '/signed-in/tasks/$id' });
  const navigate = useNavigate({ from: '/tasks/$id' });
  const name = task.operation ?? task.name;
  return (
    <Page
      title={name}
      tabTitle={`${name} · Tasks`}
      aside={
        <>
          <Status status={task.status} />
          <IdChip id={task.id} what="task" />
        </>
      }
      actions={<Acts task={task} />}
    >
      <Headline task={task} />
      <TaskFacts task={task} />
      {task.progress && <Steps task={task} progress={task.progress} />}
      <Tabs
        label="About this task"
        value={search.tab ?? 'log'}
        onChange={(tab) =>
          void navigate({
            search: (now) => ({ ...now, tab: tab === 'log' ? undefined : tab }),
            replace: true,
          })
        }
        tabs={[
          { name: 'log', title: 'Log', content: <LogView task={task} /> },
          ...(task.plan
            ? [{ name: 'plan' as const, title: 'Plan', content: <TaskPlan plan={task.plan} /> }]
            : []),
          { name: 'changes', title: 'Changes', content: <TaskChanges id={task.id} /> },
          { name: 'history', title: 'History', content: <TaskHistory id={task.id} /> },
          { name: 'raw', title: 'Raw', content: <Raw task={task} /> },
        ]}
      />
    </Page>
  );
}

/** Why it is as it is, in one sentence; what it waits for is a link. */
function Headline({ task }: { task: Task }) {
  const { waiting_for: waiting } = task;
  const clock = useClock();
  return (
    <p className={styles['headline']} data-status={task.status}>
      {safeText(whyOf(task, clock))}{' '}
      {waiting?.task_id && (
        <Link to="/tasks/$id" params={{ id: waiting.task_id }}>
          It is being changed by task {shortId(waiting.task_id)}.
        </Link>
      )}
      {waiting?.batch_id && (
        <Link to="/batches/$id" params={{ id: waiting.batch_id }}>
          It is being changed by batch {shortId(waiting.batch_id)}.
        </Link>
      )}
    </p>
  );
}

function TaskFacts({ task }: { task: Task }) {
  const isFrozen = useIsFrozen();
  return (
    <FactBar>
      {task.infra && <Fact name="Infra">{task.infra}</Fact>}
      {task.batch_id && (
        <Fact name="Batch">
          <Link to="/batches/$id" params={{ id: task.batch_id }}>
            {shortId(task.batch_id)}
          </Link>
        </Fact>
      )}
      {task.retry_of && (
        <Fact name="Retry of">
          <Link to="/tasks/$id" params={{ id: task.retry_of }}>
            {shortId(task.retry_of)}
          </Link>
        </Fact>
      )}
      {task.created_by && <Fact name="By">{task.created_by}</Fact>}
      <Fact name="Submitted">
        <Time at={task.created_at} />
      </Fact>
      {task.started_at && (
        <>
          <Fact name="Started">
            <Time at={task.started_at} />
          </Fact>
          <Fact name="Took">
            <Took from={task.started_at} to={task.completed_at} frozen={isFrozen || hasEnded(task.status)} />
          </Fact>
        </>
      )}
      {task.attempt !== undefined && task.attempt > 1 && <Fact name="Attempt">{task.attempt}</Fact>}
      {task.check_mode && <Fact name="Mode">Preview: nothing is changed</Fact>}
    </FactBar>
  );
}

function Steps({ task, progress }: { task: Task; progress: NonNullable<Task['progress']> }) {
  const { total_steps: total, completed_steps: done, current_step: step } = progress;
  const words = `${done} of ${total} steps`;
  return (
    <section aria-label="Steps" className={styles['steps']}>
      <Progress value={total > 0 ? (done / total) * 100 : 0} status={task.status} label={words} />
      <span className={styles['count']}>{words}</span>
      {step && !hasEnded(task.status) && <span className="muted">{safeText(step)}</span>}
    </section>
  );
}

function Acts({ task }: { task: Task }) {
  const denials = useDenials();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const name = `${task.operation ?? task.name}${task.infra ? ` in ${task.infra}` : ''}`;
  if (!hasEnded(task.status)) {
    const isAsked = Boolean(task.cancel_requested_at);
    return (
      <ConfirmAct
        trigger={
          <ActButton
            className="danger"
            denied={isAsked ? 'It is being cancelled.' : denials('cancel', 'tasks')}
          >
            {isAsked ? 'Cancelling' : 'Cancel'}
          </ActButton>
        }
        title={`Cancel ${name}?`}
        confirm="Cancel task"
        dangerous
        act={async () => {
          await client.orchestrator.cancelTask({ params: { id: task.id } });
          await queries.invalidateQueries({ queryKey: ['tasks'] });
        }}
      >
        <p>
          {task.status === 'Running'
            ? 'Its processes are asked to end, and killed after 10 seconds. What it has changed by then stays.'
            : 'It has not started, and will not.'}
        </p>
      </ConfirmAct>
    );
  }
  if (task.status === 'Completed') return null;
  // An operation is not run again by itself: what depends on it has to follow.
  if (task.batch_id) {
    return (
      <Link to="/batches/$id" params={{ id: task.batch_id }} className="button">
        Resume its batch
      </Link>
    );
  }
  return (
    <ConfirmAct
      trigger={
        <ActButton className="primary" denied={denials('execute', 'tasks')}>
          Retry
        </ActButton>
      }
      title={`Retry ${name}?`}
      confirm="Retry task"
      act={async (idempotencyKey) => {
        const id = await client.orchestrator.retryTask({ params: { id: task.id }, idempotencyKey });
        await queries.invalidateQueries({ queryKey: ['tasks', 'list'] });
        await navigate({ to: '/tasks/$id', params: { id }, search: {} });
      }}
    >
      <p>The same work is submitted as a new task. What is done already is kept.</p>
    </ConfirmAct>
  );
}

function Raw({ task }: { task: Task }) {
  const { output: _output, ...rest } = task;
  return (
    <pre className={styles['raw']} tabIndex={0} aria-label="The task as JSON">
      {visible(JSON.stringify(rest, null, 2))}
    </pre>
  );
}
