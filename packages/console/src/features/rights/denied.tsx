import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Action } from '@provisioning/contracts';
import { denialOf, rightsQuery, type ResourceType } from '../../api/rights.js';
import { sessionQuery, signedIn } from '../../api/session.js';
import { CopyButton } from '../../ui/id-chip.js';
import { Page } from '../../ui/page.js';

/** In the place of a page that the user may not read: why, and what to ask an administrator for. */
export function DeniedPage({ title, action, type }: { title: string; action: Action; type: ResourceType }) {
  const rights = useQuery(rightsQuery).data ?? [];
  const user = signedIn(useQuery(sessionQuery).data)?.user;
  const request = `Please allow "${action}" on "${type}:*" for ${user?.username ?? 'me'}.`;
  return (
    <Page title={title}>
      <div className="stack" style={{ maxWidth: 560 }}>
        <p>{denialOf(rights, action, type)}</p>
        <p className="row">
          Ask an administrator: <q>{request}</q>
          <CopyButton text={request} label="Copy the request" />
        </p>
        {user && denialOf(rights, 'simulate', 'policies') === undefined && (
          <p>
            <Link
              to="/policies/who-may"
              search={{ user: user.username, roles: user.roles.join(', '), action, resource: `${type}:*` }}
            >
              Which rule decides
            </Link>
          </p>
        )}
      </div>
    </Page>
  );
}
