import { stepsOf, type Plan, type Step } from '../plan/index.js';
import type { PlannedReport } from '../report/index.js';

/** Returns what a plan would change, as check mode reports it. A replacement is a destruction and a creation. */
export function plannedReports(plan: Plan): PlannedReport[] {
  return stepsOf(plan).flatMap((step) => {
    const { before, after } = step;
    if (step.action !== 'replace') return [planned(plan, step, step.action, before, after)];
    return [planned(plan, step, 'destroy', before, null), planned(plan, step, 'create', null, after)];
  });
}

function planned(
  { kind, infra }: Plan,
  { name }: Step,
  change: PlannedReport['change'],
  before: Step['before'],
  after: Step['after'],
): PlannedReport {
  const provider = (after ?? before)?.provider ?? null;
  return {
    type: 'planned',
    change,
    kind,
    name,
    infra,
    provider,
    before: before && { ...before },
    after: after && { ...after },
  };
}
