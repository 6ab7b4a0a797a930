import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { Skeleton } from '../../ui/notices.js';
import { checkBatch, type CheckedBatch, type TextFault } from './check-batch.js';
import styles from './composer.module.css';
import { Editor } from './editor.js';

const GraphView = lazy(async () => ({ default: (await import('../graph/graph-view.js')).GraphView }));

/** The text is checked this long after the last key. */
const CHECK_MS = 300;
const SHOWN = 100;

interface ComposerProps {
  initial: string;
  /** What the server refused of this very text. */
  refused: readonly TextFault[];
  /** Called with undefined from an edit until the text has been checked. */
  onChecked(checked: CheckedBatch | undefined, text: string): void;
}

/** A batch as text, its picture and its faults. */
export function Composer({ initial, refused, onChecked }: ComposerProps) {
  const [checked, setChecked] = useState(() => checkBatch(initial));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useRef<(from: number) => void>(undefined);
  const faults = useMemo(() => [...checked.faults, ...refused], [checked, refused]);
  useEffect(() => {
    onChecked(checkBatch(initial), initial);
    return () => clearTimeout(timer.current);
    // Once for each text that the editor starts with.
  }, [initial]);
  const change = (text: string) => {
    onChecked(undefined, text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const next = checkBatch(text);
      setChecked(next);
      onChecked(next, text);
    }, CHECK_MS);
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
        />
      </div>
      <Picture checked={checked} />
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
