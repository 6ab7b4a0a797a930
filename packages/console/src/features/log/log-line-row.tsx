import Anser from 'anser';
import type { LogLine } from '@provisioning/contracts';
import { memo, type ReactNode } from 'react';
import { safeText } from '../../format/safe-text.js';
import styles from './log-view.module.css';

interface LogLineRowProps {
  number: number;
  /** Undefined while it is being fetched. */
  line: LogLine | undefined;
  before: LogLine | undefined;
  marked: boolean;
  query: string | undefined;
  onMark(): void;
}

/** One line: its number, which can be linked to, and its text, of which nothing is taken for markup. */
export const LogLineRow = memo(
  function LogLineRow({ number, line, before, marked, query, onMark }: LogLineRowProps) {
    const isNewAttempt = line && before && line.attempt !== before.attempt;
    return (
      <div
        className={styles['line']}
        data-marked={marked || undefined}
        data-attempt={isNewAttempt || undefined}
        title={isNewAttempt ? `Attempt ${line.attempt} begins here` : undefined}
      >
        <button
          type="button"
          tabIndex={-1}
          className={styles['number']}
          aria-label={`Link to line ${number}`}
          onClick={onMark}
        >
          {number}
        </button>
        <span className={styles['text']}>{line ? textOf(line.text, query) : ' '}</span>
      </div>
    );
  },
  (one, other) =>
    one.number === other.number &&
    one.line === other.line &&
    one.before?.attempt === other.before?.attempt &&
    one.marked === other.marked &&
    one.query === other.query,
);

const LONGEST = 20_000;

function textOf(text: string, query: string | undefined): ReactNode {
  // What a terminal would show: a line that was written over several times ends as its last version.
  const line = text.slice(0, LONGEST).replace(/\r$/, '').split('\r').at(-1) ?? '';
  const rest = text.length > LONGEST ? `… (${text.length} characters)` : '';
  return (
    <>
      {Anser.ansiToJson(line, { use_classes: true, remove_empty: true }).map((piece, index) => (
        <span key={index} className={piece.fg ? styles[piece.fg] : undefined}>
          {highlighted(safeText(piece.content), query)}
        </span>
      ))}
      {rest}
    </>
  );
}

function highlighted(text: string, query: string | undefined): ReactNode {
  if (!query) return text;
  const at = text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return text;
  const end = at + query.length;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, end)}</mark>
      {highlighted(text.slice(end), query)}
    </>
  );
}
