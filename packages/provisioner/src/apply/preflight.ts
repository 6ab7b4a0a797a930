import { DriverError, type Driver, type ServerStep } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import { stepsOf, type Plan, type PlanEntry } from '../plan/index.js';
import { combineRefusals } from './combine-errors.js';

type Drivers = Pick<DriverSet, 'for' | 'of'>;

/**
 * Asks the providers whether they would accept the steps of a plan, before the first step starts.
 * @throws DriverError that names every refusal
 */
export async function refuseImpossible(plan: Plan, drivers: Drivers, signal?: AbortSignal): Promise<void> {
  const refusals = await refusalsOf(plan, drivers, signal, false);
  if (refusals.length > 0) throw nothingChanged(refusals);
}

/**
 * The same for a plan that is only checked. Blocked entries and providers that do not answer are failures, too.
 * @throws DriverError
 */
export async function checkPlan(plan: Plan, drivers: Drivers, signal?: AbortSignal): Promise<void> {
  const refusals = [...blockages(plan), ...(await refusalsOf(plan, drivers, signal, true))];
  if (refusals.length > 0) throw nothingChanged(refusals);
}

/** Why entries of a plan cannot become steps: they are blocked. */
export function blockages(plan: Plan): DriverError[] {
  return plan.entries
    .filter(isBlocked)
    .map(({ reason, permanent }) => new DriverError(reason, { permanent }));
}

/** Whether an entry of a plan cannot become a step. Other entries are not affected. */
export function isBlocked(entry: PlanEntry): entry is Extract<PlanEntry, { action: 'blocked' }> {
  return entry.action === 'blocked';
}

/** @param complete whether a provider that does not answer is a failure. Otherwise the act itself reports it. */
async function refusalsOf(
  plan: Plan,
  drivers: Drivers,
  signal: AbortSignal | undefined,
  complete: boolean,
): Promise<DriverError[]> {
  const asked = await Promise.all(
    [...stepsByDriver(plan, drivers)].map(async ([driver, steps]) => {
      try {
        const refusals = (await driver.refusals?.(steps, signal)) ?? [];
        return refusals.map(({ reason }) => new DriverError(reason, { permanent: true }));
      } catch (error) {
        if (!(error instanceof DriverError)) throw error;
        return complete ? [error] : [];
      }
    }),
  );
  return asked.flat();
}

function stepsByDriver(plan: Plan, drivers: Drivers): Map<Driver, ServerStep[]> {
  const byDriver = new Map<Driver, ServerStep[]>();
  for (const { action, before, after } of stepsOf(plan)) {
    if (after === null || !('plan' in after)) continue;
    // A replaced server is destroyed before the new one is made.
    const changed = action === 'change' && 'plan' in before ? before : null;
    const driver = changed ? drivers.of(changed) : drivers.for(after.provider);
    byDriver.set(driver, [...(byDriver.get(driver) ?? []), { before: changed, after }]);
  }
  return byDriver;
}

function nothingChanged(refusals: readonly DriverError[]): DriverError {
  const { message, permanent } = combineRefusals(refusals);
  const end = 'Nothing was changed.';
  return new DriverError(`${message.replaceAll(` ${end}`, '')} ${end}`, { permanent });
}
