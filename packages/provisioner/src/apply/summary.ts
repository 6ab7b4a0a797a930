import { counted, nounOf } from '../drivers/resource.js';
import { countOf, type Plan } from '../plan/plan.js';
import type { Outcome } from './outcome.js';

/** A sentence about the result of a plan that was applied completely. @param wish the plan as it was requested */
export function summarize(plan: Plan, outcomes: readonly Outcome[], wish = 'the settings say'): string {
  const things = (count: number) => counted(plan.kind, count);
  const done = (action: Outcome['action']) =>
    new Set(
      outcomes
        .filter((outcome) => outcome.kind === plan.kind && outcome.action === action)
        .map(({ name }) => name),
    );
  const created = done('created');
  const destroyed = done('destroyed');
  if (plan.operation === 'delete') {
    if (destroyed.size > 0) return `Successfully deleted ${things(destroyed.size)}`;
    if (plan.entries.length === 0) return 'Nothing to do: the settings name no servers';
    const [entry, ...others] = plan.entries;
    if (entry && others.length === 0)
      return `Nothing to do: ${nounOf(plan.kind)} ${entry.name} does not exist`;
    return `Nothing to do: none of the ${things(plan.entries.length)} in the settings exists`;
  }
  const replaced = [...created].filter((name) => destroyed.has(name));
  const parts: [string, number][] = [
    ['created', created.size - replaced.length],
    ['changed', done('changed').size],
    ['replaced', replaced.length],
  ];
  const changes = parts.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${things(count)}`);
  if (changes.length > 0) return `Successfully ${changes.join(', ')}`;
  const settled = plan.entries.length - countOf(plan, 'left_alone');
  if (settled === 0) return 'Nothing to do: the settings name no servers';
  return `Nothing to do: ${things(settled)} ${settled === 1 ? 'is' : 'are'} as ${wish}`;
}
