import styles from './filter-bar.module.css';
import { wordOf } from './status.js';

interface StatusFilterProps<Word extends string> {
  words: readonly Word[];
  value: readonly Word[];
  /** How many there are of each, where that is known. */
  counts?: Partial<Record<Word, number>> | undefined;
  /** Undefined for no filter. */
  onChange(value: Word[] | undefined): void;
}

/** Chips to list only what has one of the pressed statuses. */
export function StatusFilter<Word extends string>({
  words,
  value,
  counts,
  onChange,
}: StatusFilterProps<Word>) {
  const toggled = (word: Word) => {
    const next = words.filter((each) => (each === word ? !value.includes(each) : value.includes(each)));
    return next.length > 0 ? next : undefined;
  };
  return (
    <div role="group" aria-label="Status" className={styles['chips']}>
      <button type="button" aria-pressed={value.length === 0} onClick={() => onChange(undefined)}>
        All
      </button>
      {words.map((word) => (
        <button
          key={word}
          type="button"
          aria-pressed={value.includes(word)}
          onClick={() => onChange(toggled(word))}
        >
          {wordOf(word)}
          {counts?.[word] !== undefined && <span className={styles['count']}>{counts[word]}</span>}
        </button>
      ))}
    </div>
  );
}
