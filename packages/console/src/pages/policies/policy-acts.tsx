import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { ifMatch } from '../../api/if-match.js';
import { useDenials } from '../../api/rights.js';
import { counted } from '../../format/counts.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';

/** What can be done with a policy. A change counts in both services within two seconds. */
export function PolicyActs({ policy, etag }: { policy: Policy; etag: string | undefined }) {
  const { id, name, enabled, rules } = policy;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const denials = useDenials();
  const params = { id };
  return (
    <>
      <ActButton
        denied={denials('update', 'policies')}
        onClick={() => void navigate({ to: '/policies/$id/edit', params })}
      >
        Edit
      </ActButton>
      <ActButton
        denied={denials('simulate', 'policies')}
        onClick={() => void navigate({ to: '/policies/$id/replay', params, search: {} })}
      >
        Replay
      </ActButton>
      <ConfirmAct
        trigger={
          <ActButton className={enabled ? '' : 'primary'} denied={denials('update', 'policies')}>
            {enabled ? 'Disable' : 'Enable'}
          </ActButton>
        }
        title={`${enabled ? 'Disable' : 'Enable'} ${name}?`}
        confirm={`${enabled ? 'Disable' : 'Enable'} ${counted(rules.length, 'rule')}`}
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
          <ActButton className="danger" denied={denials('delete', 'policies')}>
            Delete
          </ActButton>
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
