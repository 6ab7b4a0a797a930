import styles from './filter-bar.module.css';
import { wordOf } from './status.js';

interface StatusFilterProps<Word extends string> {
  words: readonly Word[];
  value: Word | undefined;
  /** How many there are of each, where that is known. */
  counts?: Partial<Record<Word, number>> | undefined;
  onChange(value: Word | undefined): void;
}

/** Chips of which one at most is pressed: what is listed, by status. */
export function StatusFilter<Word extends string>({
  words,
  value,
  counts,
  onChange,
}: StatusFilterProps<Word>) {
  return (
    <div role="group" aria-label="Status" className={styles['chips']}>
      <button type="button" aria-pressed={value === undefined} onClick={() => onChange(undefined)}>
        All
      </button>
      {words.map((word) => (
        <button
          key={word}
          type="button"
          aria-pressed={value === word}
          onClick={() => onChange(value === word ? undefined : word)}
        >
          {wordOf(word)}
          {counts?.[word] !== undefined && <span className={styles['count']}>{counts[word]}</span>}
        </button>
      ))}
    </div>
  );
}
