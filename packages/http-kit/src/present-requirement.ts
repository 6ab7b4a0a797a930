import type { ApprovalRequirement as Presented } from '@provisioning/contracts';
import type { ApprovalRequirement } from '@provisioning/policy';

/** Returns a requirement as the contract shows it. */
export function presentRequirement({
  policyId,
  policy,
  index,
  count,
  roles,
  distinctFrom,
  expiresIn,
}: ApprovalRequirement): Presented {
  return {
    policy_id: policyId,
    policy,
    rule: index,
    count,
    roles: roles && [...roles],
    distinct_from: [...distinctFrom],
    expires_in: expiresIn,
  };
}
