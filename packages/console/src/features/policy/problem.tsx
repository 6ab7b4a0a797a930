import type { Place } from './json-places.js';
import styles from './policy-editor.module.css';

/** Characters of a long line that are shown on each side of a fault. */
const AROUND = 40;

/** A fault of a text with the line that it is in, and a mark below its column. */
export function Problem({
  text,
  place,
  message,
}: {
  text: string;
  place: Place | undefined;
  message: string;
}) {
  if (!place) return <p className={styles['problem']}>{message}</p>;
  const line = text.split('\n')[place.line - 1] ?? '';
  const start = Math.max(0, place.column - 1 - AROUND);
  const excerpt = line.slice(start, place.column - 1 + AROUND);
  return (
    <div className={styles['problem']}>
      <p>
        Line {place.line}, column {place.column}: {message}
      </p>
      <pre aria-hidden>
        {excerpt}
        {'\n'}
        {' '.repeat(Math.max(0, place.column - 1 - start))}^
      </pre>
    </div>
  );
}
