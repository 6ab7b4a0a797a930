import { fullName, type Existing, type Kind } from '../drivers/resource.js';
import type { Plan } from '../plan/index.js';
import type { Reporter } from '../report/reporter.js';
import { resourceReport, type Outcome } from './outcome.js';

/**
 * Reports the things that a plan leaves unchanged. Those that the inventory does not have are adopted.
 * @param reported full names of the things that were reported as made; they are not adopted
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

/** Reports a thing as `unchanged`. */
export function reportExisting<K extends Kind>(
  existing: Existing[K],
  { kind, infra }: Pick<Plan<K>, 'kind' | 'infra'>,
  reporter: Pick<Reporter, 'report'>,
): void {
  reporter.report(resourceReport(infra, asFound(kind, existing)));
}

/** The outcome of a thing that was left unchanged. */
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
