import type { PlannedChange, StoredPlan } from '@provisioning/contracts';
import { ChevronRight, Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { safeText } from '../../format/safe-text.js';
import { AttributeDiff } from '../../ui/attributes.js';
import { saveFile } from '../../ui/save-file.js';
import { Change } from '../../ui/change.js';
import { CopyButton } from '../../ui/id-chip.js';
import { asMarkdown, inOrder, shortDifference, totalsOf } from './plan-changes.js';
import styles from './plan-diff.module.css';

/** So many changes are shown at once; more on request. */
const STEP = 200;
/** From this many changes on they can be searched. */
const SEARCHABLE = 10;

/** A change, with the id of the operation that makes it, where the plan is one of a batch. */
type Planned = PlannedChange & { operation?: string };

interface PlanDiffProps {
  /** The ids of operations are shown unless the kind says that a user did not choose them. */
  plan: { kind?: StoredPlan['kind']; changes: readonly Planned[] };
  /** The sentence for a plan without changes. */
  empty: string;
  /** The accessible name; `Planned changes` where absent. */
  label?: string;
}

/** A plan as a list of changes, with what is destroyed at the top. */
export function PlanDiff({
  plan: { kind = 'batch', changes },
  empty,
  label = 'Planned changes',
}: PlanDiffProps) {
  const [text, setText] = useState('');
  const [most, setMost] = useState(STEP);
  const ordered = useMemo(() => inOrder(changes), [changes]);
  const matching = useMemo(() => matchingOf(ordered, text), [ordered, text]);
  if (changes.length === 0) return <p className={styles['none']}>{empty}</p>;
  return (
    <section aria-label={label} className={styles['plan']}>
      <header className={styles['head']}>
        <Totals changes={changes} />
        <span className={styles['tools']}>
          {changes.length >= SEARCHABLE && (
            <input
              type="search"
              aria-label="Find a change"
              placeholder="Find a change"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
          <CopyButton text={() => asMarkdown(changes)} label="Copy the plan as Markdown" />
          <button
            type="button"
            className="icon-button"
            aria-label="Download the plan as JSON"
            title="Download the plan as JSON"
            onClick={() => saveFile('plan.json', JSON.stringify(ordered, null, 2))}
          >
            <Download aria-hidden />
          </button>
        </span>
      </header>
      <ul>
        {matching.slice(0, most).map((planned) => (
          <Row key={keyOf(planned)} planned={planned} hasOperation={kind === 'batch'} />
        ))}
      </ul>
      {matching.length === 0 && <p className={styles['more']}>No change matches.</p>}
      {matching.length > most && (
        <p className={styles['more']}>
          <button type="button" onClick={() => setMost(most + STEP)}>
            Show {Math.min(STEP, matching.length - most)} more of {matching.length.toLocaleString()}
          </button>
        </p>
      )}
    </section>
  );
}

function Totals({ changes }: { changes: readonly PlannedChange[] }) {
  return (
    <strong className={styles['totals']}>
      {totalsOf(changes).map(({ change, count }) => (
        <span key={change} data-change={count > 0 ? change : undefined}>
          {count.toLocaleString()} to {change}
        </span>
      ))}
    </strong>
  );
}

function Row({ planned, hasOperation }: { planned: Planned; hasOperation: boolean }) {
  const { change, kind, infra, name, provider, operation, before, after } = planned;
  return (
    <li>
      <details>
        <summary>
          <ChevronRight aria-hidden />
          <Change change={change} />
          <span className={styles['what']}>
            {kind} <strong>{safeText(name)}</strong>{' '}
            <span className="muted">
              {infra}
              {provider && ` · ${provider}`}
              {hasOperation && operation && ` · operation ${operation}`}
            </span>
          </span>
          <span className={styles['difference']}>{safeText(shortDifference(planned))}</span>
        </summary>
        <div className={styles['attributes']}>
          <AttributeDiff before={before} after={after} words={['Now', 'Afterwards']} />
        </div>
      </details>
    </li>
  );
}

/** Several operations may change the same resource. */
const keyOf = ({ change, infra, kind, name, operation = '' }: Planned) =>
  `${operation}/${change}/${infra}/${kind}/${name}`;

function matchingOf(changes: readonly Planned[], text: string): readonly Planned[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return changes;
  return changes.filter(({ change, kind, infra, name, provider, operation }) =>
    `${change} ${kind} ${infra} ${name} ${provider ?? ''} ${operation ?? ''}`.toLowerCase().includes(wanted),
  );
}
