import { Link } from '@tanstack/react-router';
import type { BatchOperation } from '@provisioning/contracts';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { safeText } from '../../format/safe-text.js';
import { Status } from '../../ui/status.js';
import { Time, useClock } from '../../ui/time.js';
import styles from './batch-page.module.css';
import { sentenceOf } from './operation-table.js';

const SHOWN = 50;

/** What is known of one operation, beside the page. */
export function OperationDrawer({ operation, onClose }: { operation: BatchOperation; onClose(): void }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onClose();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  const { id, status, type, provider, infra, dependencies, results, task_id, attempt, kept } = operation;
  const sentence = sentenceOf(operation, useClock());
  const resources = results?.resources ?? [];
  return (
    <aside className={styles['drawer']} aria-label={`Operation ${id}`}>
      <header>
        <h2>{id}</h2>
        <button
          ref={close}
          type="button"
          className="icon-button"
          aria-label="Close the operation"
          onClick={onClose}
        >
          <X aria-hidden />
        </button>
      </header>
      <p className="row">
        <Status status={kept ? 'Kept' : status} />
        {task_id && (
          <Link to="/tasks/$id" params={{ id: task_id }}>
            Log and history of its task
          </Link>
        )}
      </p>
      {sentence !== '' && (
        <p className={status === 'Failed' ? styles['error'] : undefined}>{safeText(sentence)}</p>
      )}
      <dl>
        <Fact name="Type" value={type} />
        <Fact name="Infra" value={infra} />
        <Fact name="Provider" value={provider} />
        <Fact name="Acted" value={results?.driver} />
        <Fact name="Attempt" value={attempt} />
        <Fact
          name="Depends on"
          value={dependencies?.length ? dependencies.slice(0, SHOWN).join(', ') : 'nothing'}
        />
        {operation.started_at && <Fact name="Started" value={<Time at={operation.started_at} />} />}
        {operation.completed_at && <Fact name="Ended" value={<Time at={operation.completed_at} />} />}
      </dl>
      {resources.length > 0 && (
        <>
          <h3>Changes</h3>
          <ul>
            {resources.slice(0, SHOWN).map(({ kind, name, change, infra: where }) => (
              <li key={`${where}/${kind}/${name}`}>
                {change} {kind} <strong>{safeText(name)}</strong> <span className="muted">in {where}</span>
              </li>
            ))}
            {resources.length > SHOWN && <li className="muted">and {resources.length - SHOWN} more</li>}
          </ul>
        </>
      )}
    </aside>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  if (value === undefined || value === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
