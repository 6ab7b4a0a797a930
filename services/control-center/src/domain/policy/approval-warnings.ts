import type { FailureDetail } from '@provisioning/errors';
import { mightDo, type PolicyRule, type PolicySet } from '@provisioning/policy';
import type { UserWrites } from '../user/user-store.js';

/**
 * Returns a warning for each rule that too few people can satisfy. It is a warning, not a fault: the people may follow.
 * @param after the policies with these rules in force: they say who may approve plans.
 */
export async function approvalWarnings(
  after: PolicySet,
  rules: readonly PolicyRule[],
  users: Pick<UserWrites, 'ableToSignIn'>,
): Promise<FailureDetail[]> {
  const demands = rules.flatMap(({ approval }, index) => (approval ? [{ approval, index, able: 0 }] : []));
  if (demands.length === 0) return [];
  for await (const page of users.ableToSignIn()) {
    for (const user of page) {
      if (!mightDo(after, user, 'approve', 'plans:*')) continue;
      for (const demand of demands) {
        const { roles } = demand.approval;
        if (!roles || roles.some((role) => user.roles.includes(role))) demand.able += 1;
      }
    }
  }
  return demands.flatMap(({ approval, index, able }) => {
    const message = warningOf(approval, able);
    return message === undefined ? [] : [{ path: `rules[${index}].approval`, message }];
  });
}

function warningOf(
  { count, roles, distinct_from: excluded = [] }: NonNullable<PolicyRule['approval']>,
  able: number,
): string | undefined {
  const who = `${able} ${able === 1 ? 'user' : 'users'}${roles ? ` with the role ${roles.join(' or ')}` : ''}`;
  if (able < count)
    return `cannot be satisfied: it requires ${count} ${count === 1 ? 'approval' : 'approvals'}, and ${who} can approve plans`;
  if (able === count && excluded.includes('submitter'))
    return `cannot be satisfied for a plan that one of the approvers submits: ${who} can approve plans`;
  return undefined;
}
