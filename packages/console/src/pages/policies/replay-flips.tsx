import { useQuery } from '@tanstack/react-query';
import type { PolicyReplayResult } from '@provisioning/contracts';
import { useState } from 'react';
import { decisionDetail } from '../../api/queries/policies.js';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Facts } from '../../ui/panel.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import styles from '../../ui/verdict.module.css';
import { Verdict } from './verdict.js';

type Flip = PolicyReplayResult['changed'][number];

/** Decisions that would differ: what would be refused first, then what would be let through. */
export function Flips({ result }: { result: PolicyReplayResult }) {
  const { checked, changed, truncated, complete } = result;
  const lost = changed.filter(({ before }) => before === 'ALLOW');
  const gained = changed.filter(({ after }) => after === 'ALLOW');
  const other = changed.filter((flip) => !lost.includes(flip) && !gained.includes(flip));
  return (
    <div className="stack">
      <section className={styles['verdict']} aria-label="Result">
        <p>
          <strong>
            {changed.length === 0
              ? 'No decision would differ.'
              : `${truncated ? 'At least ' : ''}${counted(changed.length, 'decision')} would differ.`}
          </strong>{' '}
          {counted(checked, 'decision')} checked: denials, and changes that were allowed.
        </p>
        {complete === false && (
          <p>Not every decision of the period was checked: there are too many. Choose a shorter period.</p>
        )}
      </section>
      <Group title="Allowed before, refused then" flips={lost} />
      <Group title="Refused before, allowed then" flips={gained} />
      <Group title="Refused either way, for another reason" flips={other} />
    </div>
  );
}

function Group({ title, flips }: { title: string; flips: readonly Flip[] }) {
  if (flips.length === 0) return null;
  const actions = [...new Set(flips.map(({ action }) => action))].sort();
  return (
    <section className="stack" aria-label={title}>
      <h2>
        {title}: {flips.length.toLocaleString()}
      </h2>
      {actions.map((action) => (
        <div key={action} className={table['frame']}>
          <table className={table['table']}>
            <caption className="visually-hidden">
              {title}: {action}
            </caption>
            <thead>
              <tr>
                <th scope="col">Action</th>
                <th scope="col">Resource</th>
                <th scope="col">Before</th>
                <th scope="col">Then</th>
                <th scope="col">Decision</th>
              </tr>
            </thead>
            <tbody>
              {flips
                .filter((flip) => flip.action === action)
                .map((flip) => (
                  <Row key={flip.decision_id} flip={flip} />
                ))}
            </tbody>
          </table>
        </div>
      ))}
    </section>
  );
}

function Row({ flip }: { flip: Flip }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <tr>
      <td>{flip.action}</td>
      <td>
        <code>{safeText(flip.resource)}</code>
      </td>
      <td data-label="Before">
        <Verdict verdict={flip.before} />
      </td>
      <td data-label="Then">
        <Verdict verdict={flip.after} />
      </td>
      <td data-wide>
        {isOpen ? (
          <Details id={flip.decision_id} />
        ) : (
          <button type="button" onClick={() => setIsOpen(true)}>
            Whose decision
          </button>
        )}
      </td>
    </tr>
  );
}

function Details({ id }: { id: string }) {
  const { data, error } = useQuery(decisionDetail(id));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <>…</>;
  return (
    <Facts
      facts={[
        ['User', safeText(data.username ?? 'None')],
        ['Roles', data.roles.join(', ')],
        ['At', <Time key="at" at={data.timestamp} />],
      ]}
    />
  );
}
