import { useQueryClient } from '@tanstack/react-query';
import type { Task } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { untilBudgetAllows } from '../../api/request-budget.js';
import { useDenials } from '../../api/rights.js';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { hasEnded } from '../../live/forward-only.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { shortId } from '../../ui/id-chip.js';

type Row = Pick<Task, 'id' | 'name' | 'infra' | 'status' | 'batch_id'>;

interface BulkActsProps {
  /** The selected tasks. */
  tasks: readonly Row[];
  clear(): void;
}

/** What became of the tasks that were cancelled or retried together. */
interface Outcome {
  /** `cancelled` or `retried`. */
  done: string;
  count: number;
  refused: { task: Row; reason: string }[];
}

/** Cancels or retries the selected tasks, one after the other. */
export function BulkActs({ tasks, clear }: BulkActsProps) {
  const queries = useQueryClient();
  const denials = useDenials();
  const [outcome, setOutcome] = useState<Outcome>();
  const open = tasks.filter(({ status }) => !hasEnded(status));
  // An operation of a batch is not retried alone: what depends on it has to follow.
  const failed = tasks.filter(
    ({ status, batch_id }) => hasEnded(status) && status !== 'Completed' && !batch_id,
  );
  const each = async (rows: readonly Row[], done: string, act: (row: Row) => Promise<unknown>) => {
    const refused: Outcome['refused'] = [];
    for (const task of rows) {
      await untilBudgetAllows();
      await act(task).catch((error: unknown) => {
        refused.push({ task, reason: error instanceof Error ? error.message : String(error) });
      });
    }
    setOutcome({ done, count: rows.length - refused.length, refused });
    clear();
    await queries.invalidateQueries({ queryKey: ['tasks'] });
  };
  return (
    <>
      {tasks.length > 0 && (
        <div role="group" aria-label="Selected tasks" className="row">
          <strong>{counted(tasks.length, 'task')} selected</strong>
          <ConfirmAct
            trigger={
              <ActButton
                className="danger"
                denied={
                  denials('cancel', 'tasks') ?? (open.length > 0 ? undefined : 'All of them have ended.')
                }
              >
                Cancel {counted(open.length, 'task')}
              </ActButton>
            }
            title={`Cancel ${counted(open.length, 'task')}?`}
            confirm={`Cancel ${counted(open.length, 'task')}`}
            dangerous
            act={() =>
              each(open, 'cancelled', ({ id }) => client.orchestrator.cancelTask({ params: { id } }))
            }
          >
            <p>
              Processes that run are asked to end, and killed after 10 seconds. Tasks that wait will not
              start. What has been changed stays.
            </p>
            <Names tasks={open} />
          </ConfirmAct>
          <ConfirmAct
            trigger={
              <ActButton
                denied={
                  denials('execute', 'tasks') ??
                  (failed.length > 0
                    ? undefined
                    : 'None of them can be retried: batches are resumed instead.')
                }
              >
                Retry {counted(failed.length, 'task')}
              </ActButton>
            }
            title={`Retry ${counted(failed.length, 'task')}?`}
            confirm={`Retry ${counted(failed.length, 'task')}`}
            act={(key) =>
              each(failed, 'retried', ({ id }) =>
                client.orchestrator.retryTask({ params: { id }, idempotencyKey: `${key}-${id}` }),
              )
            }
          >
            <p>The same work is submitted as new tasks. What is done already is kept.</p>
            <Names tasks={failed} />
          </ConfirmAct>
          <button type="button" className="plain" onClick={clear}>
            Clear selection
          </button>
        </div>
      )}
      {outcome && <Result outcome={outcome} dismiss={() => setOutcome(undefined)} />}
    </>
  );
}

/** So many names are listed; the button has the number of all. */
const SHOWN = 12;
const nameOf = ({ id, name, infra }: Row) =>
  safeText(`${name}${infra ? ` in ${infra}` : ''} (${shortId(id)})`);

function Names({ tasks }: { tasks: readonly Row[] }) {
  return (
    <ul className="muted">
      {tasks.slice(0, SHOWN).map((task) => (
        <li key={task.id}>{nameOf(task)}</li>
      ))}
      {tasks.length > SHOWN && <li>and {tasks.length - SHOWN} more</li>}
    </ul>
  );
}

function Result({ outcome: { done, count, refused }, dismiss }: { outcome: Outcome; dismiss(): void }) {
  return (
    <div role="status" className="stack">
      <p className="row">
        {counted(count, 'task')} {done}
        {refused.length > 0 && `, ${refused.length} refused`}.
        <button type="button" className="plain" onClick={dismiss}>
          Dismiss
        </button>
      </p>
      {refused.length > 0 && (
        <ul>
          {refused.map(({ task, reason }) => (
            <li key={task.id}>
              {nameOf(task)}: {safeText(reason)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
