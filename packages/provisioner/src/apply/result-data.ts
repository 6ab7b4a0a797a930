import { asSentence } from '@provisioning/errors';
import { DriverError } from '../drivers/driver.js';
import { counted, type Kind } from '../drivers/resource.js';
import { countOf, renderPlan, stepsOf, type Plan } from '../plan/index.js';
import type { Applied } from './apply-plan.js';
import { Interrupted } from './interrupted.js';
import { blockages, isBlocked } from './preflight.js';
import { combineErrors } from './combine-errors.js';
import type { Outcome } from './outcome.js';

// A report is limited to 64 KiB; the printed output has the whole plan.
const MAX_PLAN_LINES = 100;
const MAX_PLAN_COLUMNS = 160;

/** The field `data` of the result's report. */
export function resultData(plan: Plan, check: boolean, outcomes: readonly Outcome[]) {
  const planned = (action: Parameters<typeof countOf>[1]) => countOf(plan, action);
  return {
    check,
    plan: renderPlan(plan)
      .slice(-MAX_PLAN_LINES)
      .map((line) => line.slice(0, MAX_PLAN_COLUMNS)),
    planned: {
      create: planned('create'),
      change: planned('change'),
      replace: planned('replace'),
      destroy: planned('destroy'),
    },
    done: countsOf(outcomes),
  };
}

/** The number of outcomes for each action. */
export function countsOf(outcomes: readonly Pick<Outcome, 'action'>[]) {
  const done = (action: Outcome['action']) => outcomes.filter((outcome) => outcome.action === action).length;
  return {
    created: done('created'),
    changed: done('changed'),
    destroyed: done('destroyed'),
    unchanged: done('unchanged'),
  };
}

/** Why the plan was applied only in part, and how much of it was; null if all of it was. */
export function failureOf<K extends Kind>(plan: Plan<K>, applied: Applied): Error | null {
  const blocked = plan.entries.filter(isBlocked).map(({ name }) => name);
  const failures = [...(applied.failure ? [applied.failure] : []), ...blockages(plan)];
  if (failures.length === 0) return null;
  const steps = stepsOf(plan).length + blocked.length;
  return withWhatIsDone(combineErrors(failures), plan.kind, steps, [...applied.undone, ...blocked]);
}

/** @param undone names of the steps that were not done, out of `steps` */
function withWhatIsDone(failure: Error, kind: Kind, steps: number, undone: readonly string[]): Error {
  const notDone =
    undone.length > 0 ? ` Not done: ${listed(undone)}. Run the command again to do the rest.` : '';
  const state = `Done: ${steps - undone.length} of ${counted(kind, steps)}.${notDone}`;
  if (failure instanceof Interrupted) return Object.assign(new Interrupted(), { message: state });
  if (!(failure instanceof DriverError)) return failure;
  return new DriverError(`${asSentence(failure.message)} ${state}`, {
    cause: failure,
    permanent: failure.permanent,
  });
}

/** The first names, and the number of the others. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
