import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './tabs.module.css';

interface TabsProps<Name extends string> {
  label: string;
  value: Name;
  tabs: readonly { name: Name; title: string; content: ReactNode }[];
  onChange(name: Name): void;
}

export function Tabs<Name extends string>({ label, value, tabs, onChange }: TabsProps<Name>) {
  return (
    // Safe cast: the triggers have these names.
    <Radix.Root value={value} onValueChange={(name) => onChange(name as Name)} className={styles['root']}>
      <Radix.List aria-label={label} className={styles['list']}>
        {tabs.map(({ name, title }) => (
          <Radix.Trigger key={name} value={name} className={styles['tab']}>
            {title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ name, content }) => (
        <Radix.Content key={name} value={name} className={styles['content']}>
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
