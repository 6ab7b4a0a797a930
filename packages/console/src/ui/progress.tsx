import styles from './progress.module.css';
import { toneOf } from './status.js';

/** A share of what is to be done, in the colour of a status. @param value 0 to 100 */
export function Progress({ value, status, label }: { value: number; status: string; label: string }) {
  const share = Math.max(0, Math.min(100, value));
  return (
    <span
      role="progressbar"
      aria-valuenow={Math.round(share)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label}
      className={styles['track']}
    >
      <span
        className={styles['bar']}
        style={{ width: `${share}%`, background: `var(--${toneOf(status)})` }}
      />
    </span>
  );
}
