import { useId, type ComponentProps, type ReactNode } from 'react';
import styles from './field.module.css';

interface Described {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, as a predicate: `must be an e-mail address`. */
  error?: string | undefined;
}

/** A text field with its label, its hint and what is wrong with its value. */
export function Field({ label, hint, error, ...input }: Described & ComponentProps<'input'>) {
  const { id, described, notes } = useNotes(label, hint, error);
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <input autoCapitalize="none" spellCheck={false} {...input} {...described} id={id} />
      {notes}
    </div>
  );
}

/** A field for a text of several lines. */
export function TextField({ label, hint, error, ...input }: Described & ComponentProps<'textarea'>) {
  const { id, described, notes } = useNotes(label, hint, error);
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <textarea {...input} {...described} id={id} />
      {notes}
    </div>
  );
}

/** A choice of one. */
export function Select({ label, hint, error, ...select }: Described & ComponentProps<'select'>) {
  const { id, described, notes } = useNotes(label, hint, error);
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <select {...select} {...described} id={id} />
      {notes}
    </div>
  );
}

interface ChecksProps extends Described {
  options: readonly string[];
  value: readonly string[];
  onChange(value: string[]): void;
}

/** A choice of several. */
export function Checks({ label, hint, error, options, value, onChange }: ChecksProps) {
  const { described, notes } = useNotes(label, hint, error);
  return (
    <fieldset className={styles['field']} aria-describedby={described['aria-describedby']}>
      <legend>{label}</legend>
      <div className={styles['checks']}>
        {options.map((option) => (
          <Check
            key={option}
            label={option}
            checked={value.includes(option)}
            onChange={(checked) =>
              onChange(options.filter((each) => (each === option ? checked : value.includes(each))))
            }
          />
        ))}
      </div>
      {notes}
    </fieldset>
  );
}

interface CheckProps {
  label: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

export function Check({ label, checked, disabled, onChange }: CheckProps) {
  return (
    <label className={styles['check']}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

function useNotes(label: string, hint: ReactNode, error: string | undefined) {
  const id = useId();
  const ids = [...(error ? [`${id}-error`] : []), ...(hint ? [`${id}-hint`] : [])];
  const described = {
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    'aria-invalid': error ? (true as const) : undefined,
  };
  const notes = (
    <>
      {error && (
        <p id={`${id}-error`} className={styles['error']}>
          {label} {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="muted">
          {hint}
        </p>
      )}
    </>
  );
  return { id, described, notes };
}
