import { Dialog } from 'radix-ui';
import dialog from '../ui/dialog.module.css';
import { usePreferences } from '../ui/preferences.js';
import { useEntries } from './navigation.js';
import styles from './shortcuts.module.css';

interface HelpDialogProps {
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Lists the keys. */
export function HelpDialog({ open, onOpenChange }: HelpDialogProps) {
  const { singleKeys } = usePreferences();
  const keys: [string[], string][] = [
    [['Ctrl', 'K'], 'Open the command palette'],
    [['?'], 'Show the keys'],
    [['/'], 'Go to the first filter'],
    [['j'], 'Next row'],
    [['k'], 'Previous row'],
    ...useEntries().map(({ key, title }): [string[], string] => [['g', key], title]),
  ];
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={dialog['overlay']} />
        <Dialog.Content className={dialog['content']} aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>Keys</h2>
          </Dialog.Title>
          {!singleKeys && <p>Keys without Ctrl are turned off. Account, Preferences turns them on.</p>}
          <dl className={styles['keys']}>
            {keys.map(([combination, meaning]) => (
              <div key={meaning}>
                <dt>
                  {combination.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <div className={dialog['buttons']}>
            <Dialog.Close>Close</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
