import styles from './change.module.css';

const SIGNS: Record<string, [sign: string, tone: 'add' | 'alter' | 'remove']> = {
  create: ['+', 'add'],
  adopt: ['+', 'add'],
  change: ['~', 'alter'],
  destroy: ['−', 'remove'],
  forget: ['−', 'remove'],
};

/** What is done to a resource: a sign, a word and a colour. The word alone says everything. */
export function Change({ change }: { change: string }) {
  const [sign, tone] = SIGNS[change] ?? ['·', 'alter'];
  return (
    <span className={styles['change']} data-tone={tone}>
      <span aria-hidden>{sign}</span>
      {change}
    </span>
  );
}
