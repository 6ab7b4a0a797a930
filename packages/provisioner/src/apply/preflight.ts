import { DriverError, type Driver, type ServerStep } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import { stepsOf, type Plan, type PlanEntry } from '../plan/index.js';
import { combineRefusals } from './combine-errors.js';

type Drivers = Pick<DriverSet, 'for' | 'of'>;

/**
 * Asks the providers whether they would take the plan's steps, before the first of them is taken.
 * @throws DriverError that names every refusal
 */
export async function refuseImpossible(plan: Plan, drivers: Drivers, signal?: AbortSignal): Promise<void> {
  const refusals = await refusalsOf(plan, drivers, signal, false);
  if (refusals.length > 0) throw nothingChanged(refusals);
}

/**
 * The same of a plan that is only to be checked: what is blocked counts, too, and a provider that cannot be asked.
 * @throws DriverError
 */
export async function checkPlan(plan: Plan, drivers: Drivers, signal?: AbortSignal): Promise<void> {
  const refusals = [...blockages(plan), ...(await refusalsOf(plan, drivers, signal, true))];
  if (refusals.length > 0) throw nothingChanged(refusals);
}

/** What keeps entries of a plan from being steps. */
export function blockages(plan: Plan): DriverError[] {
  return plan.entries
    .filter(isBlocked)
    .map(({ reason, permanent }) => new DriverError(reason, { permanent }));
}

export function isBlocked(entry: PlanEntry): entry is Extract<PlanEntry, { action: 'blocked' }> {
  return entry.action === 'blocked';
}

/** @param complete whether a provider that cannot be asked is a failure: the act itself would say so as well */
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
    // What is replaced goes before the new one comes.
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
