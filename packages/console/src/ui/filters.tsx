import { useEffect, useId, useRef, useState } from 'react';
import styles from './filter-bar.module.css';

/** A change of a text filter applies this long after the last key. */
const APPLY_MS = 300;

interface TextFilterProps {
  label: string;
  value: string | undefined;
  /** Values to choose from; others may be typed. */
  suggestions?: readonly string[];
  placeholder?: string;
  /** Undefined for an empty field. */
  onChange(value: string | undefined): void;
}

/** A filter by text. It follows the address when that changes, such as with Back. */
export function TextFilter({ label, value, suggestions = [], placeholder, onChange }: TextFilterProps) {
  const [typed, setTyped] = useState(value ?? '');
  const applied = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const listId = useId();
  useEffect(() => {
    if (value === applied.current) return;
    applied.current = value;
    setTyped(value ?? '');
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (text: string) => {
    clearTimeout(timer.current);
    const next = text.trim() === '' ? undefined : text.trim();
    if (next === applied.current) return;
    applied.current = next;
    onChange(next);
  };
  return (
    <label className={styles['field']}>
      <span>{label}</span>
      <input
        type="search"
        value={typed}
        placeholder={placeholder}
        list={suggestions.length > 0 ? listId : undefined}
        onChange={({ target }) => {
          setTyped(target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => apply(target.value), APPLY_MS);
        }}
        onKeyDown={({ key }) => {
          if (key === 'Enter') apply(typed);
        }}
        onBlur={() => apply(typed)}
      />
      {suggestions.length > 0 && (
        <datalist id={listId}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </label>
  );
}

interface DateFilterProps {
  label: string;
  /** A whole day, as `2026-01-31`. */
  value: string | undefined;
  onChange(value: string | undefined): void;
}

/** A filter by a day. */
export function DateFilter({ label, value = '', onChange }: DateFilterProps) {
  return (
    <label className={styles['field']}>
      <span>{label}</span>
      <input type="date" value={value} onChange={({ target }) => onChange(target.value || undefined)} />
    </label>
  );
}

interface SelectFilterProps<Word extends string> {
  label: string;
  value: Word | undefined;
  words: readonly Word[];
  /** The word for no filter. */
  any: string;
  onChange(value: Word | undefined): void;
}

/** A filter by one of a few words. */
export function SelectFilter<Word extends string>({
  label,
  value,
  words,
  any,
  onChange,
}: SelectFilterProps<Word>) {
  return (
    <label className={styles['field']}>
      <span>{label}</span>
      <select
        value={value ?? ''}
        onChange={({ target }) => onChange(words.find((word) => word === target.value))}
      >
        <option value="">{any}</option>
        {words.map((word) => (
          <option key={word}>{word}</option>
        ))}
      </select>
    </label>
  );
}

/** The filters of a list, side by side. */
export function FilterBar({ children }: { children: React.ReactNode }) {
  return (
    <div role="search" aria-label="Filters" className={styles['bar']}>
      {children}
    </div>
  );
}
