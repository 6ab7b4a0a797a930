import styles from './filter-bar.module.css';

interface ChoiceProps<Word extends string> {
  label: string;
  value: Word;
  choices: readonly (readonly [word: Word, title: string])[];
  onChange(word: Word): void;
}

/** One of a few words, as buttons of which one is pressed. */
export function Choice<Word extends string>({ label, value, choices, onChange }: ChoiceProps<Word>) {
  return (
    <div role="group" aria-label={label} className={styles['chips']}>
      {choices.map(([word, title]) => (
        <button key={word} type="button" aria-pressed={word === value} onClick={() => onChange(word)}>
          {title}
        </button>
      ))}
    </div>
  );
}
