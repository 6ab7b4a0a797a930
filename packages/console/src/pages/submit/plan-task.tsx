import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Plan, Task } from '@provisioning/contracts';
import { useState } from 'react';
import { taskDetail } from '../../api/queries/tasks.js';
import { submitWorkflow, workflowToPlan, type Workflow } from '../../api/workflows.js';
import { CreatePlan } from '../../features/plan/create-plan.js';
import { infrasWithDestruction } from '../../features/plan/plan-changes.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { TypedNames } from '../../features/plan/typed-names.js';
import { counted } from '../../format/counts.js';
import { safeText, visible } from '../../format/safe-text.js';
import { whyOf } from '../../format/why.js';
import { hasEnded } from '../../live/forward-only.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Status } from '../../ui/status.js';
import { useClock } from '../../ui/time.js';
import { useAct } from '../../ui/use-act.js';
import styles from './submit-page.module.css';

/** Events say when it has ended; this is for what they miss. */
const FOLLOW_MS = 2_000;

/** The task that made the preview, its plan, and the button that runs it. */
export function PlanTask({ id, workflow }: { id: string; workflow: Workflow }) {
  const { data, error, refetch } = useQuery({
    ...taskDetail(id),
    refetchInterval: ({ state }) => (state.data && hasEnded(state.data.data.status) ? false : FOLLOW_MS),
  });
  const clock = useClock();
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} />;
  const task = data.data;
  return (
    <>
      <p className="row">
        <Status status={task.status} />
        {task.status === 'Completed' ? 'Nothing has been changed yet.' : safeText(whyOf(task, clock))}
        <Link to="/tasks/$id" params={{ id }}>
          Log of the preview
        </Link>
      </p>
      {!hasEnded(task.status) && <Skeleton rows={4} />}
      {task.status === 'Completed' && <Planned task={task} workflow={workflow} />}
    </>
  );
}

function Planned({ task, workflow }: { task: Task; workflow: Workflow }) {
  const { plan, output } = task;
  return (
    <>
      {plan ? (
        <PlanDiff plan={plan} empty="Nothing would be changed: everything is as the settings say." />
      ) : (
        <pre className={styles['output']} tabIndex={0} aria-label="The plan as the command printed it">
          {visible(output ?? '')}
        </pre>
      )}
      {plan?.changes.length !== 0 && <Run id={task.id} workflow={workflow} plan={plan ?? undefined} />}
    </>
  );
}

/** Runs what was previewed. However often it is sent, the preview runs once: its id is the key. */
function Run({ id, workflow, plan }: { id: string; workflow: Workflow; plan: Plan | undefined }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const { busy, error, run } = useAct();
  const changes = plan?.changes ?? [];
  const destroyed = plan?.changes.filter(({ change }) => change === 'destroy').length;
  // Without a plan in figures, a deletion is taken to destroy something.
  const names =
    plan === undefined && workflow.operation === 'delete'
      ? workflow.infra
      : infrasWithDestruction(changes).join(', ');
  const isReady = names === '' || typed.trim() === names;
  const act = () =>
    run(async () => {
      const task = await submitWorkflow(workflow, false, `run-${id}`);
      await queries.invalidateQueries({ queryKey: ['tasks', 'list'] });
      await navigate({ to: '/tasks/$id', params: { id: task }, search: {} });
    });
  return (
    <form
      className="stack"
      aria-label="Run"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void act();
      }}
    >
      {names !== '' && <TypedNames names={names} destroyed={destroyed} typed={typed} onType={setTyped} />}
      {error !== undefined && <ErrorNotice error={error} />}
      <div className="row">
        <button
          type="submit"
          className={names === '' ? 'primary' : 'primary danger'}
          disabled={!isReady || busy}
        >
          {plan === undefined ? 'Run' : `Run ${counted(changes.length, 'change')}`}
        </button>
        <CreatePlan request={{ workflow: workflowToPlan(workflow) }} busy={busy} />
      </div>
    </form>
  );
}
