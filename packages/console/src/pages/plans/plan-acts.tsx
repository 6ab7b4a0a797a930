import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { StoredPlan } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { isOpen, isWorkedOn } from '../../api/queries/plans.js';
import { useDenials } from '../../api/rights.js';
import { sessionQuery, signedIn } from '../../api/session.js';
import { safeText } from '../../format/safe-text.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { DecidePlan } from './decide-plan.js';
import { ExecutePlan } from './execute-plan.js';
import { runOf, RunLink } from './plan-run.js';

/** What can be done with a plan as it is. */
export function PlanActs({ plan }: { plan: StoredPlan }) {
  const username = signedIn(useQuery(sessionQuery).data)?.user.username;
  const { digest, decisions } = plan;
  const run = runOf(plan);
  const hasApproved = decisions.some(({ user, decision }) => user === username && decision === 'approve');
  return (
    <>
      {run && (
        <RunLink run={run} className="button primary">
          Open the {run.noun}
        </RunLink>
      )}
      {(isOpen(plan) || isWorkedOn(plan)) && <Cancel plan={plan} />}
      {isOpen(plan) && digest !== null && (
        <>
          {hasApproved && <Withdraw plan={plan} />}
          <DecidePlan plan={plan} digest={digest} decision="reject" username={username} />
          {plan.status === 'Planned' && !hasApproved && (
            <DecidePlan plan={plan} digest={digest} decision="approve" username={username} />
          )}
          <ExecutePlan plan={plan} digest={digest} />
        </>
      )}
    </>
  );
}

function Withdraw({ plan: { id, name } }: { plan: StoredPlan }) {
  const queries = useQueryClient();
  return (
    <ConfirmAct
      trigger={<ActButton denied={useDenials()('approve', 'plans')}>Withdraw approval</ActButton>}
      title={`Withdraw your approval of ${safeText(name)}?`}
      confirm="Withdraw approval"
      act={async () => {
        await client.orchestrator.withdrawPlanApproval({ params: { id } });
        await queries.invalidateQueries({ queryKey: ['plans'] });
      }}
    >
      <p>If the plan then lacks an approval, it cannot be executed. You can approve it again.</p>
    </ConfirmAct>
  );
}

function Cancel({ plan: { id, name } }: { plan: StoredPlan }) {
  const queries = useQueryClient();
  return (
    <ConfirmAct
      trigger={
        <ActButton className="danger" denied={useDenials()('cancel', 'plans')}>
          Cancel
        </ActButton>
      }
      title={`Cancel the plan ${safeText(name)}?`}
      confirm="Cancel plan"
      dangerous
      act={async () => {
        await client.orchestrator.cancelPlan({ params: { id } });
        await queries.invalidateQueries({ queryKey: ['plans'] });
      }}
    >
      <p>Nothing has been changed, and the plan can no longer be approved or executed.</p>
    </ConfirmAct>
  );
}
