import { CircleUserRound, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Session } from '../api/session.js';
import { prefer, usePreferences, type Preferences } from '../ui/preferences.js';
import styles from './account-menu.module.css';

const THEMES = [
  ['system', 'As the system', Monitor],
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
] as const;

export function AccountMenu({ user, signOut }: { user: Session['user']; signOut(): void }) {
  const { theme } = usePreferences();
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="plain" aria-label={`Account of ${user.username}`}>
        <CircleUserRound aria-hidden />
        <span className={styles['name']}>{user.username}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles['menu']} align="end" sideOffset={4}>
          <DropdownMenu.Label className={styles['label']}>
            {user.username}
            <span className="muted">{user.roles.join(', ')}</span>
          </DropdownMenu.Label>
          <DropdownMenu.Separator className={styles['line']} />
          <DropdownMenu.RadioGroup
            value={theme}
            // Safe cast: the items of the menu are the themes.
            onValueChange={(value) => prefer({ theme: value as Preferences['theme'] })}
          >
            {THEMES.map(([name, title, Icon]) => (
              <DropdownMenu.RadioItem key={name} value={name} className={styles['item']}>
                <Icon aria-hidden />
                {title}
                <DropdownMenu.ItemIndicator className={styles['mark']}>✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className={styles['line']} />
          <DropdownMenu.Item className={styles['item']} onSelect={signOut}>
            <LogOut aria-hidden />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
