import { fullName, type Existing, type Kind } from '../drivers/resource.js';
import type { Plan } from '../plan/index.js';
import type { Reporter } from '../report/reporter.js';
import { resourceReport, type Outcome } from './outcome.js';

/**
 * Reports what a plan found and leaves as it is: what the inventory does not have of it is adopted there.
 * @param reported full names of what was reported as made, which is not adopted
 */
export function reportFound<K extends Kind>(
  plan: Plan<K>,
  reporter: Pick<Reporter, 'report'>,
  reported: ReadonlySet<string> = new Set(),
): void {
  for (const { action, name, before } of plan.entries)
    if ((action === 'unchanged' || action === 'left_alone') && !reported.has(name))
      reportExisting(before, plan, reporter);
}

export function reportExisting<K extends Kind>(
  existing: Existing[K],
  { kind, infra }: Pick<Plan<K>, 'kind' | 'infra'>,
  reporter: Pick<Reporter, 'report'>,
): void {
  reporter.report(resourceReport(infra, asFound(kind, existing)));
}

/** A thing that was left as it is. */
export function asFound(kind: Kind, existing: Existing[Kind]): Outcome {
  return {
    kind,
    name: fullName(existing),
    action: 'unchanged',
    driver: existing.driver,
    before: existing,
    after: existing,
  };
}
