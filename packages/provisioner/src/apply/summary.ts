import { countOf, type Plan } from '../plan/plan.js';
import type { Outcome } from './outcome.js';

/** `3 servers` */
export function servers(count: number): string {
  return `${count} ${count === 1 ? 'server' : 'servers'}`;
}

/** What a plan that was done in full came to, in a sentence. */
export function summarize(plan: Plan, outcomes: readonly Outcome[]): string {
  const done = (action: Outcome['action']) =>
    new Set(outcomes.filter((outcome) => outcome.action === action).map(({ name }) => name));
  const created = done('created');
  const destroyed = done('destroyed');
  if (plan.operation === 'delete') {
    if (destroyed.size > 0) return `Successfully deleted ${servers(destroyed.size)}`;
    if (plan.entries.length === 0) return 'Nothing to do: the settings name no servers';
    return `Nothing to do: none of the ${servers(plan.entries.length)} in the settings exists`;
  }
  const replaced = [...created].filter((name) => destroyed.has(name));
  const parts: [string, number][] = [
    ['created', created.size - replaced.length],
    ['changed', done('changed').size],
    ['replaced', replaced.length],
  ];
  const told = parts.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${servers(count)}`);
  if (told.length > 0) return `Successfully ${told.join(', ')}`;
  const settled = plan.entries.length - countOf(plan, 'left_alone');
  if (settled === 0) return 'Nothing to do: the settings name no servers';
  return `Nothing to do: ${servers(settled)} ${settled === 1 ? 'is' : 'are'} as the settings say`;
}
