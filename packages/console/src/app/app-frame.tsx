import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Menu, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { BASE } from '../api/base.js';
import { denialOf, rightsQuery } from '../api/rights.js';
import { announce, onAnnouncement, refreshSession, sessionQuery, signedIn, signOut } from '../api/session.js';
import { sessionDropped, useSessionEnded } from '../api/session-end.js';
import { dropDrafts } from '../features/drafts.js';
import { DeniedPage } from '../features/rights/denied.js';
import { liveStore } from '../live/live-store.js';
import { useStatusConnection } from '../live/use-live.js';
import { AccountMenu } from './account-menu.js';
import styles from './app-frame.module.css';
import { HoldBanner } from './hold-banner.js';
import { LiveContext } from './live-context.js';
import { deniedArea, Navigation } from './navigation.js';
import { SessionDialog } from './session-dialog.js';
import { Shortcuts } from './shortcuts.js';
import { StatusBar } from './status-bar.js';
import { UnavailableBanner } from './unavailable-banner.js';

/** What is around every page: navigation, the state of the connection, who is signed in. */
export function AppFrame() {
  // Until the rights are known no page asks for anything, as it could be refused.
  const rights = useQuery(rightsQuery).data;
  const mayFollow = rights !== undefined && denialOf(rights, 'read', 'events') === undefined;
  const live = useStatusConnection(!useSessionEnded() && mayFollow);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // The page that is shown: while the next one is loading, the address names that one already.
  const shown = useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname ?? '/' });
  const denied = deniedArea(rights ?? [], shown);
  const [openedAt, setOpenedAt] = useState<string>();
  const isOpen = openedAt === path;
  useKeepSession();
  return (
    <LiveContext value={live}>
      <a className={styles['skip']} href="#main">
        Skip to the content
      </a>
      <div className={styles['frame']}>
        <header className={styles['banner']}>
          <button
            type="button"
            className={`icon-button ${styles['menu-button']}`}
            aria-expanded={isOpen}
            aria-controls="navigation"
            aria-label={isOpen ? 'Close the navigation' : 'Open the navigation'}
            onClick={() => setOpenedAt(isOpen ? undefined : path)}
          >
            {isOpen ? <X aria-hidden /> : <Menu aria-hidden />}
          </button>
          <Link to="/" className={styles['brand']}>
            <img src={`${BASE}favicon.svg`} alt="" width="20" height="20" />
            Provisioning
          </Link>
          <StatusBar state={live} />
          <Account />
        </header>
        <Navigation isOpen={isOpen} />
        <main id="main" className={styles['main']}>
          <HoldBanner />
          <UnavailableBanner />
          {denied?.reads ? <DeniedPage title={denied.title} type={denied.reads} /> : rights && <Outlet />}
        </main>
      </div>
      <SessionDialog />
      <Shortcuts />
    </LiveContext>
  );
}

function Account() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const session = signedIn(useQuery(sessionQuery).data);
  useEffect(() =>
    onAnnouncement((what) => {
      if (what === 'signed-out') void leave();
      else void queries.invalidateQueries();
    }),
  );
  const leave = async () => {
    sessionDropped();
    await navigate({ to: '/sign-in', search: {} });
    queries.clear();
    dropDrafts();
    liveStore.clear();
  };
  const end = async () => {
    // The cookie is gone even where the control center does not answer.
    await signOut().catch(() => undefined);
    announce('signed-out');
    await leave();
  };
  return session ? <AccountMenu user={session.user} signOut={() => void end()} /> : null;
}

/** Renews the session in a visible tab when a quarter of its life is left. */
function useKeepSession(): void {
  const queries = useQueryClient();
  const session = signedIn(useQuery(sessionQuery).data);
  const expires = session?.expires_at;
  useEffect(() => {
    if (expires === undefined) return;
    const left = Date.parse(expires) - Date.now();
    const timer = setTimeout(
      () => {
        if (document.visibilityState !== 'visible') return;
        refreshSession()
          .then((next) => queries.setQueryData(sessionQuery.queryKey, next))
          .catch(() => undefined);
      },
      Math.max(10_000, Math.min(left * 0.75, 2 ** 31 - 1)),
    );
    return () => clearTimeout(timer);
  }, [expires, queries]);
}
