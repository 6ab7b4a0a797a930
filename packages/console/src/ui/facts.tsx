import type { ReactNode } from 'react';
import styles from './facts.module.css';

/** The main facts about an object, side by side below its heading. */
export function FactBar({ children }: { children: ReactNode }) {
  return <dl className={styles['bar']}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
