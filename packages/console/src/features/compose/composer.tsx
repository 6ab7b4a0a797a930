import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { Skeleton } from '../../ui/notices.js';
import { Tabs } from '../../ui/tabs.js';
import { checkBatch, type CheckedBatch, type TextFault } from './check-batch.js';
import styles from './composer.module.css';
import { Editor } from './editor.js';

const GraphView = lazy(async () => ({ default: (await import('../graph/graph-view.js')).GraphView }));

/** The text is checked this long after the last key. */
const CHECK_MS = 300;
const SHOWN = 100;

/** What is shown beside the text. */
export type Side = 'picture' | 'plan';

interface ComposerProps {
  initial: string;
  /** What the server refused of this very text. */
  refused: readonly TextFault[];
  side: Side;
  plan: ReactNode;
  onSide(side: Side): void;
  /** Called with undefined from an edit until the text has been checked. */
  onChecked(checked: CheckedBatch | undefined, text: string): void;
  /** Ctrl+Enter, with the text as it stands. */
  onPreview(checked: CheckedBatch, text: string): void;
}

/** A batch as text, its picture or plan, and its faults. */
export function Composer({ initial, refused, side, plan, onSide, onChecked, onPreview }: ComposerProps) {
  const [checked, setChecked] = useState(() => checkBatch(initial));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useRef<(from: number) => void>(undefined);
  const faults = useMemo(() => [...checked.faults, ...refused], [checked, refused]);
  useEffect(() => {
    onChecked(checked, initial);
    return () => clearTimeout(timer.current);
    // Once for each text that the editor starts with.
  }, [initial]);
  const text = useRef(initial);
  const check = () => {
    clearTimeout(timer.current);
    const next = checkBatch(text.current);
    setChecked(next);
    onChecked(next, text.current);
    return next;
  };
  const change = (next: string) => {
    text.current = next;
    onChecked(undefined, next);
    clearTimeout(timer.current);
    timer.current = setTimeout(check, CHECK_MS);
  };
  return (
    <div className={styles['composer']}>
      <div className={styles['editor']}>
        <Editor
          label="Batch as YAML or JSON"
          initial={initial}
          faults={faults}
          onReady={(shown) => {
            show.current = shown;
          }}
          onChange={change}
          onPreview={() => onPreview(check(), text.current)}
        />
      </div>
      <div className={styles['side']}>
        <Tabs
          label="Beside the text"
          value={side}
          onChange={onSide}
          tabs={[
            { name: 'picture', title: 'Picture', content: <Picture checked={checked} /> },
            { name: 'plan', title: 'Plan', content: plan },
          ]}
        />
      </div>
      <Faults faults={faults} onShow={(from) => show.current?.(from)} />
    </div>
  );
}

function Picture({ checked: { operations } }: { checked: CheckedBatch }) {
  const [selected, setSelected] = useState<string>();
  const nodes = useMemo(() => {
    const known = new Map(operations.map((operation) => [operation.id, operation]));
    return [...known.values()].map(({ id, dependencies = [] }) => ({
      id,
      status: 'Pending' as const,
      step: null,
      dependencies: dependencies.filter((dependency) => known.has(dependency)),
    }));
  }, [operations]);
  return (
    <section aria-label="Picture" className={styles['picture']}>
      {nodes.length === 0 ? (
        <p className="muted">The operations appear here as soon as the text can be read.</p>
      ) : (
        <Suspense fallback={<Skeleton rows={6} />}>
          <GraphView nodes={nodes} selected={selected} onSelect={setSelected} />
        </Suspense>
      )}
    </section>
  );
}

function Faults({ faults, onShow }: { faults: readonly TextFault[]; onShow(from: number): void }) {
  return (
    <section aria-label="Faults" className={styles['faults']}>
      <h2 aria-live="polite">{faults.length === 0 ? 'No faults found' : counted(faults.length, 'fault')}</h2>
      {faults.length > 0 && (
        <ul>
          {faults.slice(0, SHOWN).map(({ from, line, column, message }, index) => (
            <li key={index}>
              <button type="button" className="plain" onClick={() => onShow(from)}>
                Line {line}, column {column}
              </button>
              <span>{safeText(message)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
