import { useQueryClient } from '@tanstack/react-query';
import type { StoredPlan } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { infrasWithDestruction } from '../../features/plan/plan-changes.js';
import { TypedNames } from '../../features/plan/typed-names.js';
import { safeText } from '../../format/safe-text.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { countsOf } from './counts-of.js';
import { Digest } from './digest.js';

/** Executes exactly the digest that is shown, without waiting for the end: the page follows the plan. */
export function ExecutePlan({ plan, digest }: { plan: StoredPlan; digest: string }) {
  const { id, status, name, summary, changes } = plan;
  const queries = useQueryClient();
  const denied = useDenials()('execute', 'plans');
  const [typed, setTyped] = useState('');
  const names = infrasWithDestruction(changes).join(', ');
  return (
    <ConfirmAct
      trigger={
        <ActButton
          className={status === 'Approved' ? 'primary' : ''}
          denied={
            denied ?? (status === 'Approved' ? undefined : 'The plan can be executed once it is approved.')
          }
          onClick={() => setTyped('')}
        >
          Execute
        </ActButton>
      }
      title={`Execute the plan ${safeText(name)}?`}
      confirm="Execute plan"
      dangerous={names !== ''}
      canConfirm={names === '' || typed.trim() === names}
      act={async () => {
        const headers = { Prefer: 'respond-async' };
        await client.orchestrator.executePlan({ params: { id }, body: { digest }, headers });
        await queries.invalidateQueries({ queryKey: ['plans'] });
      }}
    >
      <p>
        Changes: {countsOf(plan)}. The plan is made again under the locks of its infras. It starts only if its
        digest is the same.
      </p>
      <Digest digest={digest} />
      {names !== '' && (
        <TypedNames names={names} destroyed={summary.destroy} typed={typed} onType={setTyped} />
      )}
    </ConfirmAct>
  );
}
