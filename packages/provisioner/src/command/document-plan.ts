import { countOf, type Plan } from '../plan/index.js';

/** The plan in the form of the JSON document. */
export function documentPlan(plan: Plan): Record<string, unknown> {
  const actions = [
    'create',
    'change',
    'replace',
    'destroy',
    'unchanged',
    'absent',
    'left_alone',
    'blocked',
  ] as const;
  return {
    ...Object.fromEntries(actions.map((action) => [action, countOf(plan, action)])),
    entries: plan.entries.map((entry) => ({
      action: entry.action,
      name: entry.name,
      before: entry.before,
      after: entry.after,
      differences: 'differences' in entry ? entry.differences : [],
      ...(entry.action === 'blocked' ? { reason: entry.reason } : {}),
    })),
  };
}
