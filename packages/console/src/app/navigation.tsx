import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  Bookmark,
  Boxes,
  CirclePlay,
  CircleUserRound,
  ClipboardCheck,
  FileClock,
  GitCompareArrows,
  HeartPulse,
  KeyRound,
  Layers,
  LayoutDashboard,
  ListChecks,
  ScrollText,
  ShieldCheck,
  Undo2,
  Users,
  Webhook,
} from 'lucide-react';
import type { Allowed } from '@provisioning/contracts';
import { denialOf, rightsQuery, type ReadableType } from '../api/rights.js';
import { WaitingPlans } from './waiting-plans.js';
import styles from './app-frame.module.css';

/**
 * The navigation: groups of pages. The title is the accessible name of the link, `reads` the type of resource without
 * which the area is left out, `key` follows `g` on the keyboard.
 */
const GROUPS = [
  {
    title: 'Work',
    entries: [
      { to: '/overview', title: 'Overview', Icon: LayoutDashboard, reads: 'tasks', key: 'o' },
      { to: '/tasks', title: 'Tasks', Icon: ListChecks, reads: 'tasks', key: 't' },
      { to: '/batches', title: 'Batches', Icon: Layers, reads: 'batches', key: 'b' },
      { to: '/plans', title: 'Plans', Icon: ClipboardCheck, reads: 'plans', key: 'l' },
      { to: '/submit', title: 'Submit', Icon: CirclePlay, reads: 'tasks', key: 's' },
    ],
  },
  {
    title: 'Infrastructure',
    entries: [
      { to: '/inventory', title: 'Inventory', Icon: Boxes, reads: 'state', key: 'i' },
      { to: '/drift', title: 'Drift', Icon: GitCompareArrows, reads: 'state', key: 'd' },
      { to: '/journal', title: 'Journal', Icon: ScrollText, reads: 'state', key: 'j' },
      { to: '/checkpoints', title: 'Checkpoints', Icon: Bookmark, reads: 'checkpoints', key: 'c' },
      { to: '/rollbacks', title: 'Rollbacks', Icon: Undo2, reads: 'rollbacks', key: 'r' },
    ],
  },
  {
    title: 'Access',
    entries: [
      { to: '/users', title: 'Users', Icon: Users, reads: 'users', key: 'u' },
      { to: '/policies', title: 'Policies', Icon: ShieldCheck, reads: 'policies', key: 'p' },
      { to: '/audit', title: 'Audit', Icon: FileClock, reads: 'audit', key: 'a' },
      { to: '/tokens', title: 'API tokens', Icon: KeyRound, reads: undefined, key: 'k' },
    ],
  },
  {
    title: 'Platform',
    entries: [
      { to: '/health', title: 'Health', Icon: HeartPulse, reads: 'state', key: 'h' },
      { to: '/webhooks', title: 'Webhooks', Icon: Webhook, reads: 'webhooks', key: 'w' },
      { to: '/account', title: 'Account', Icon: CircleUserRound, reads: undefined, key: 'm' },
    ],
  },
] as const;

const ENTRIES = GROUPS.flatMap(({ entries }) => [...entries]);

/** An area of the console. */
export type NavigationEntry = (typeof ENTRIES)[number];

const isReadable = (rights: readonly Allowed[], reads: ReadableType | undefined) =>
  reads === undefined || denialOf(rights, 'read', reads) === undefined;

/** The areas that the user may read. */
export function useEntries(): NavigationEntry[] {
  const rights = useQuery(rightsQuery).data ?? [];
  return ENTRIES.filter(({ reads }) => isReadable(rights, reads));
}

/** The area that a path belongs to, if the user may not read it. @param path below the base of the console */
export function deniedArea(rights: readonly Allowed[], path: string): NavigationEntry | undefined {
  const entry = ENTRIES.find(({ to }) => path === to || path.startsWith(`${to}/`));
  return entry && !isReadable(rights, entry.reads) ? entry : undefined;
}

/** Where a user lands who asked for no page: the first of these that they may read. */
export function landingPage(rights: readonly Allowed[]): '/overview' | '/audit' | '/account' {
  if (isReadable(rights, 'tasks')) return '/overview';
  return isReadable(rights, 'audit') ? '/audit' : '/account';
}

export function Navigation({ isOpen }: { isOpen: boolean }) {
  const rights = useQuery(rightsQuery).data ?? [];
  const groups = GROUPS.map(({ title, entries }) => ({
    title,
    entries: entries.filter(({ reads }) => isReadable(rights, reads)),
  }));
  return (
    <nav id="navigation" aria-label="Main" className={styles['nav']} data-open={isOpen || undefined}>
      {groups.map(({ title: group, entries }) =>
        entries.length === 0 ? null : (
          <div key={group} className={styles['group']}>
            <p id={`navigation-${group}`}>{group}</p>
            <ul aria-labelledby={`navigation-${group}`}>
              {entries.map(({ to, title, Icon }) => (
                <li key={to}>
                  <Link to={to} search={{}} activeOptions={{ exact: false, includeSearch: false }}>
                    <Icon aria-hidden />
                    {title}
                    {to === '/plans' && <WaitingPlans />}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ),
      )}
    </nav>
  );
}
