import { useQueryClient } from '@tanstack/react-query';
import type { StoredPlan } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { safeText } from '../../format/safe-text.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { TextField } from '../../ui/field.js';
import { countsOf } from './counts-of.js';
import { Digest } from './digest.js';

interface DecidePlanProps {
  plan: StoredPlan;
  /** The digest that the page shows. */
  digest: string;
  decision: 'approve' | 'reject';
  username: string | undefined;
}

/** Approves or rejects exactly the digest that is shown. */
export function DecidePlan({ plan, digest, decision, username }: DecidePlanProps) {
  const { id, name, created_by, requirements } = plan;
  const queries = useQueryClient();
  const [comment, setComment] = useState('');
  const isApproval = decision === 'approve';
  const verb = isApproval ? 'Approve' : 'Reject';
  const isExcluded =
    created_by === username && requirements.some(({ distinct_from: not }) => not.includes('submitter'));
  return (
    <ConfirmAct
      trigger={
        <ActButton
          className={isApproval ? 'primary' : 'danger'}
          denied={useDenials()('approve', 'plans')}
          onClick={() => setComment('')}
        >
          {verb}
        </ActButton>
      }
      title={`${verb} the plan ${safeText(name)}?`}
      confirm={`${verb} plan`}
      dangerous={!isApproval}
      act={async () => {
        const body = { digest, decision, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) };
        await client.orchestrator.decidePlan({ params: { id }, body });
        await queries.invalidateQueries({ queryKey: ['plans'] });
      }}
    >
      <p>
        {isApproval
          ? `Changes: ${countsOf(plan)}. The approval holds for exactly this digest.`
          : 'One rejection ends the plan. It can no longer be approved or executed.'}
      </p>
      {isApproval && isExcluded && (
        <p>You submitted the plan. Your approval does not count where the submitter is excluded.</p>
      )}
      <Digest digest={digest} />
      <TextField
        label="Comment"
        rows={3}
        maxLength={1024}
        value={comment}
        onChange={({ target }) => setComment(target.value)}
        hint="It is shown with your decision and recorded in the audit trail."
      />
    </ConfirmAct>
  );
}
