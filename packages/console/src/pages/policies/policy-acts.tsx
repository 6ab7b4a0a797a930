import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { ifMatch } from '../../api/if-match.js';
import { ConfirmAct } from '../../ui/confirm-act.js';

/** What can be done with a policy. A change counts in both services within two seconds. */
export function PolicyActs({ policy, etag }: { policy: Policy; etag: string | undefined }) {
  const { id, name, enabled, rules } = policy;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const params = { id };
  return (
    <>
      <Link to="/policies/$id/edit" params={params} className="button">
        Edit
      </Link>
      <Link to="/policies/$id/replay" params={params} search={{}} className="button">
        Replay
      </Link>
      <ConfirmAct
        trigger={
          <button type="button" className={enabled ? '' : 'primary'}>
            {enabled ? 'Disable' : 'Enable'}
          </button>
        }
        title={`${enabled ? 'Disable' : 'Enable'} ${name}?`}
        confirm={enabled ? `Disable ${rules.length} rules` : `Enable ${rules.length} rules`}
        dangerous={enabled}
        act={async () => {
          await client.controlCenter.updatePolicy({
            params,
            body: { enabled: !enabled },
            headers: ifMatch(etag),
          });
          await queries.invalidateQueries();
        }}
      >
        <p>
          {enabled
            ? 'Its rules stop counting in both services within 2 seconds.'
            : 'Its rules count in both services within 2 seconds. Replay shows which real decisions would differ.'}
        </p>
      </ConfirmAct>
      <ConfirmAct
        trigger={
          <button type="button" className="danger">
            Delete
          </button>
        }
        title={`Delete ${name}?`}
        confirm="Delete policy"
        dangerous
        act={async () => {
          await client.controlCenter.deletePolicy({ params, headers: ifMatch(etag) });
          await navigate({ to: '/policies', search: {} });
          queries.removeQueries({ queryKey: ['policies', 'detail', id] });
          await queries.invalidateQueries({ queryKey: ['policies'] });
        }}
      >
        <p>
          The policy and its versions are deleted. Disable it instead if it may be needed again. This cannot
          be undone.
        </p>
      </ConfirmAct>
    </>
  );
}
