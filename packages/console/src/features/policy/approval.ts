import type { PolicyRule } from '@provisioning/contracts';
import { counted } from '../../format/counts.js';

interface Demand {
  count: number;
  roles?: readonly string[] | undefined;
  distinct_from?: readonly string[] | undefined;
}

/** What a rule demands, as a phrase: `2 approvals by lead or boss, not by the submitter`. */
export function demandOf({ count, roles, distinct_from: excluded = [] }: Demand): string {
  const by = roles ? ` by ${roles.join(' or ')}` : '';
  return `${counted(count, 'approval')}${by}${excluded.includes('submitter') ? ', not by the submitter' : ''}`;
}

/** A rule with another effect: only RequireApproval has an approval, and always has one. */
export function withEffect({ approval, ...rule }: PolicyRule, effect: string): PolicyRule {
  if (effect !== 'RequireApproval') return { ...rule, effect: effect === 'Deny' ? 'Deny' : 'Allow' };
  return { ...rule, effect, approval: approval ?? { count: 1, distinct_from: ['submitter'] } };
}
