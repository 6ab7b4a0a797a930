import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { denialOf, rightsQuery, type ReadableType } from '../../api/rights.js';
import { sessionQuery, signedIn } from '../../api/session.js';
import { CopyButton } from '../../ui/id-chip.js';
import { Page } from '../../ui/page.js';

/** In the place of a page that the user may not read: why, and what to ask an administrator for. */
export function DeniedPage({ title, type }: { title: string; type: ReadableType }) {
  const rights = useQuery(rightsQuery).data ?? [];
  const user = signedIn(useQuery(sessionQuery).data)?.user;
  const request = `Please allow "read" on "${type}:*" for ${user?.username ?? 'me'}.`;
  return (
    <Page title={title}>
      <div className="stack" style={{ maxWidth: 560 }}>
        <p>{denialOf(rights, 'read', type)}</p>
        <p className="row">
          Ask an administrator: <q>{request}</q>
          <CopyButton text={request} label="Copy the request" />
        </p>
        {user && denialOf(rights, 'simulate', 'policies') === undefined && (
          <p>
            <Link
              to="/policies/who-may"
              search={{
                user: user.username,
                roles: user.roles.join(', '),
                action: 'read',
                resource: `${type}:*`,
              }}
            >
              Which rule decides
            </Link>
          </p>
        )}
      </div>
    </Page>
  );
}
