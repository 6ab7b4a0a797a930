import { counted } from '../../format/counts.js';
import styles from './typed-names.module.css';

interface TypedNamesProps {
  /** The names of the infras in which something is destroyed. */
  names: string;
  /** How many resources are destroyed; undefined where it is not known. */
  destroyed: number | undefined;
  typed: string;
  onType(typed: string): void;
}

/** Asks for the names of the infras in which resources are destroyed. */
export function TypedNames({ names, destroyed, typed, onType }: TypedNamesProps) {
  return (
    <label className={styles['names']}>
      <span>
        Type <strong>{names}</strong> to confirm that{' '}
        {destroyed === undefined ? 'resources' : counted(destroyed, 'resource')}{' '}
        {destroyed === 1 ? 'is' : 'are'} destroyed.
      </span>
      <input
        type="text"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typed}
        onChange={({ target }) => onType(target.value)}
      />
    </label>
  );
}
