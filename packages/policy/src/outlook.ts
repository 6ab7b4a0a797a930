import { certaintyFor } from './certainty.js';
import type { CompiledRule } from './compile-policy.js';
import { decide, referenceTo } from './decide.js';
import type { DecisionRequest, RuleReference } from './decision.js';
import { isAction } from './policy.js';
import type { PolicySet } from './policy-set.js';
import { contains, overlaps } from './resource-pattern.js';

/** What a principal can expect of a request that is not made yet. */
export interface Outlook {
  /** `depends`: on values that the question does not give, on which object of the type it will be, or on approvals. */
  verdict: 'allow' | 'deny' | 'depends';
  /** The rule that decides, or the first of those that it depends on; null where no rule applies. */
  rule: RuleReference | null;
}

/** A question whose `context` may be unknown. The resource `type:*` stands for any object of the type. */
export type OutlookRequest = Omit<DecisionRequest, 'context'> & {
  context: DecisionRequest['context'] | undefined;
};

/** Returns what {@link decide} would return, and whether values that are not known yet could change it. Never throws. */
export function outlookOf(set: PolicySet, { context, ...asked }: OutlookRequest): Outlook {
  const { effect, rule, matched, errors } = decide(set, { ...asked, context: context ?? {} });
  if (errors.some((error) => error.rule === null)) return { verdict: 'deny', rule: null };
  const open = openRules(set, asked, context === undefined);
  const failed = ({ policy, index }: RuleReference) =>
    errors.some(({ rule: other }) => other?.policy === policy && other.index === index);
  const mayAllow =
    set.rules.find((each) => each.effect === 'Allow' && failed(each)) ??
    open.find((each) => each.effect === 'Allow');
  const mayRestrict =
    matched.find(({ reason }) => reason === 'condition_error') ??
    open.find((each) => each.effect === 'Deny') ??
    matched.find((each) => each.effect === 'RequireApproval') ??
    open.find((each) => each.effect === 'RequireApproval');
  const denies = matched.find((each) => each.effect === 'Deny' && each.reason === 'matched');
  if (denies) return { verdict: 'deny', rule: referenceTo(denies) };
  if (!matched.some((each) => each.effect === 'Allow') && !mayAllow) return { verdict: 'deny', rule };
  if (effect === 'ALLOW' && !mayRestrict) return { verdict: 'allow', rule };
  const reference = mayRestrict ?? mayAllow;
  return { verdict: 'depends', rule: reference ? referenceTo(reference) : null };
}

/** Rules that may apply to a part of what is asked about, or under a context that is not known. */
function openRules(
  set: PolicySet,
  { principal, action, resource }: Omit<DecisionRequest, 'context'>,
  contextUnknown: boolean,
): CompiledRule[] {
  if (!isAction(action)) return [];
  const { outcome } = certaintyFor(set, principal);
  const anyOfType = resource.endsWith(':*');
  return set.rules.filter((rule) => {
    if (!rule.actions.has(action) || !overlaps(rule.resource.text, resource)) return false;
    const met = outcome(rule, resource);
    if (met === false) return false;
    const partOnly = anyOfType && !contains(rule.resource.text, resource);
    return partOnly || (contextUnknown && met === undefined);
  });
}
