import { Link } from '@tanstack/react-router';
import { Bookmark, Boxes, FileClock, GitCompareArrows, KeyRound, Layers, ListChecks, ScrollText, ShieldCheck, Users } from 'lucide-react';
import styles from './app-frame.module.css';

/** The navigation: groups of pages. The title is the accessible name of the link. */
const GROUPS = [
  {
    title: 'Work',
    entries: [
      { to: '/tasks', title: 'Tasks', Icon: ListChecks },
      { to: '/batches', title: 'Batches', Icon: Layers },
    ],
  },
  {
    title: 'Infrastructure',
    entries: [
      { to: '/inventory', title: 'Inventory', Icon: Boxes },
      { to: '/drift', title: 'Drift', Icon: GitCompareArrows },
      { to: '/journal', title: 'Journal', Icon: ScrollText },
      { to: '/checkpoints', title: 'Checkpoints', Icon: Bookmark },
    ],
  },
  {
    title: 'Access',
    entries: [
      { to: '/users', title: 'Users', Icon: Users },
      { to: '/policies', title: 'Policies', Icon: ShieldCheck },
      { to: '/audit', title: 'Audit', Icon: FileClock },
      { to: '/tokens', title: 'API tokens', Icon: KeyRound },
    ],
  },
] as const;

export function Navigation({ isOpen }: { isOpen: boolean }) {
  return (
    <nav id="navigation" aria-label="Main" className={styles['nav']} data-open={isOpen || undefined}>
      {GROUPS.map((group) => (
        <div key={group.title} className={styles['group']}>
          <p id={`navigation-${group.title}`}>{group.title}</p>
          <ul aria-labelledby={`navigation-${group.title}`}>
            {group.entries.map(({ to, title, Icon }) => (
              <li key={to}>
                <Link to={to} search={{}} activeOptions={{ exact: false, includeSearch: false }}>
                  <Icon aria-hidden />
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
