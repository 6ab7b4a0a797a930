import { Link } from '@tanstack/react-router';
import type { JournalEntry } from '@provisioning/contracts';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { safeText } from '../../format/safe-text.js';
import { AttributeDiff } from '../../ui/attributes.js';
import { Change } from '../../ui/change.js';
import { shortId } from '../../ui/id-chip.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import styles from './journal-table.module.css';

interface Selection {
  /** Ids of the tasks whose entries are selected. */
  tasks: ReadonlySet<string>;
  onToggle(task: string): void;
}

interface JournalTableProps {
  entries: readonly JournalEntry[];
  busy?: boolean;
  /** Absent where nothing can be selected. */
  selection?: Selection;
}

/** Entries of the journal, the newest first; each opens to what changed. */
export function JournalTable({ entries, busy = false, selection }: JournalTableProps) {
  return (
    <div className={table['frame']}>
      <table className={table['table']} aria-busy={busy}>
        <thead>
          <tr>
            {selection && (
              <th scope="col">
                <span className="visually-hidden">Select</span>
              </th>
            )}
            <th scope="col">Change</th>
            <th scope="col">Resource</th>
            <th scope="col">State</th>
            <th scope="col">Provider</th>
            <th scope="col">By</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Entry key={entry.seq} entry={entry} selection={selection} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ entry, selection }: { entry: JournalEntry; selection: Selection | undefined }) {
  const [isOpen, setIsOpen] = useState(false);
  const { seq, change, kind, infra, name, state, provider, driver, task_id, batch_id, timestamp } = entry;
  const panelId = `entry-${seq}`;
  return (
    <>
      <tr data-selected={selection?.tasks.has(task_id) || undefined} className={styles['entry']}>
        {selection && (
          <td>
            <input
              type="checkbox"
              aria-label={`Select the operation that did: ${change} ${kind} ${name}`}
              disabled={state !== 'done'}
              checked={selection.tasks.has(task_id)}
              onChange={() => selection.onToggle(task_id)}
            />
          </td>
        )}
        <td>
          <button
            type="button"
            className={styles['opener']}
            aria-expanded={isOpen}
            aria-controls={isOpen ? panelId : undefined}
            onClick={() => setIsOpen(!isOpen)}
          >
            <ChevronRight aria-hidden />
            <Change change={change} />
          </button>
        </td>
        <td>
          {kind}{' '}
          <Link to="/inventory/$infra/$kind/$name" params={{ infra, kind, name }} className={table['name']}>
            {safeText(name)}
          </Link>{' '}
          <span className="muted">{infra}</span>
        </td>
        <td>
          <Status status={state} />
        </td>
        <td>
          {provider}
          {driver !== provider && <span className="muted"> by {driver}</span>}
        </td>
        <td className={table['narrow']}>
          <Link to="/tasks/$id" params={{ id: task_id }}>
            task {shortId(task_id)}
          </Link>
        </td>
        <td className={table['narrow']}>
          <Time at={timestamp} />
        </td>
      </tr>
      {isOpen && (
        <tr id={panelId} className={styles['details']}>
          <td colSpan={selection ? 7 : 6} data-wide>
            <AttributeDiff before={entry.before} after={entry.after} words={['Before', 'After']} />
            <p className="row muted">
              Entry {seq}, attempt {entry.attempt}
              {batch_id && (
                <Link to="/batches/$id" params={{ id: batch_id }}>
                  batch {shortId(batch_id)}
                </Link>
              )}
              {entry.undone_by && (
                <span>
                  undone by <code>{shortId(entry.undone_by)}</code>
                </span>
              )}
            </p>
          </td>
        </tr>
      )}
    </>
  );
}
