import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { User } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { ifMatch } from '../../api/if-match.js';
import { useDenials } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { UnlockUser } from './unlock-user.js';

/** What can be done with a user at once, each after a question. */
export function UserActs({ user, etag }: { user: User; etag: string | undefined }) {
  const { id, username, enabled } = user;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const denials = useDenials();
  const mayNotChange = denials('update', 'users');
  const params = { id };
  const again = () => queries.invalidateQueries({ queryKey: ['users'] });
  return (
    <>
      <ConfirmAct
        trigger={<ActButton denied={mayNotChange}>{enabled ? 'Disable' : 'Enable'}</ActButton>}
        title={`${enabled ? 'Disable' : 'Enable'} ${username}?`}
        confirm={enabled ? 'Disable user' : 'Enable user'}
        dangerous={enabled}
        act={async () => {
          await client.controlCenter.updateUser({
            params,
            body: { enabled: !enabled },
            headers: ifMatch(etag),
          });
          await again();
        }}
      >
        <p>
          {enabled
            ? 'All sessions end at once and all API tokens of the user are revoked. The user cannot sign in until enabled again.'
            : 'The user can sign in again. API tokens that were revoked stay revoked.'}
        </p>
      </ConfirmAct>
      <UnlockUser user={user} denied={mayNotChange} />
      <ConfirmAct
        trigger={<ActButton denied={mayNotChange}>End sessions</ActButton>}
        title={`End all sessions of ${username}?`}
        confirm="End sessions"
        act={async () => {
          await client.controlCenter.endUserSessions({ params });
          await again();
        }}
      >
        <p>Every browser and every program of the user must sign in again. API tokens keep working.</p>
      </ConfirmAct>
      <ConfirmAct
        trigger={
          <ActButton
            denied={mayNotChange ?? (user.mfa_enabled ? undefined : 'The user has no second factor.')}
          >
            Reset second factor
          </ActButton>
        }
        title={`Reset the second factor of ${username}?`}
        confirm="Reset second factor"
        dangerous
        act={async () => {
          await client.controlCenter.resetUserMfa({ params });
          await again();
        }}
      >
        <p>
          For a user who lost the device and the recovery codes. All sessions end, all API tokens are revoked,
          and the password alone signs in until a second factor is set up again.
        </p>
      </ConfirmAct>
      <ConfirmAct
        trigger={
          <ActButton className="danger" denied={denials('delete', 'users')}>
            Delete
          </ActButton>
        }
        title={`Delete ${username}?`}
        confirm="Delete user"
        dangerous
        act={async () => {
          await client.controlCenter.deleteUser({ params });
          await navigate({ to: '/users', search: {} });
          queries.removeQueries({ queryKey: ['users', 'detail', id] });
          await again();
        }}
      >
        <p>
          The account, its sessions and its API tokens are deleted. Its audit records stay. This cannot be
          undone.
        </p>
      </ConfirmAct>
    </>
  );
}
