import {
  applyPlan,
  Interrupted,
  servers as counted,
  summarize,
  type Applied,
  type Outcome,
} from '../apply/index.js';
import { DriverError } from '../drivers/index.js';
import { countOf, renderPlan, stepsOf, type Plan } from '../plan/index.js';
import type { Session } from './session.js';

// A report has 64 KiB; the whole plan is in what is printed.
const MAX_PLAN_LINES = 100;
const MAX_PLAN_COLUMNS = 160;

/** Prints the plan and, unless it is to be checked only, does what it says. */
export async function carryOut(
  plan: Plan,
  check: boolean,
  { output, drivers, reporter, signal, idempotencyKey }: Session,
  afterwards: () => Promise<void> = async () => {},
): Promise<void> {
  output.plan(plan);
  const finish = (message: string, outcomes: readonly Outcome[]) => {
    output.summary(message);
    reporter.report({ type: 'result', message, data: { check, ...resultData(plan, outcomes) } });
  };
  if (check) {
    reporter.report({ type: 'plan', steps: stepsOf(plan).length });
    finish(`Nothing was changed: --check prints the plan only`, []);
    return;
  }
  const onOutcome = (outcome: Outcome) => output.outcome(outcome);
  const applied = await applyPlan(plan, { drivers, reporter, signal, idempotencyKey, onOutcome });
  if (applied.failure) throw withWhatIsDone(applied, stepsOf(plan).length);
  await afterwards();
  finish(summarize(plan, applied.outcomes), applied.outcomes);
}

function resultData(plan: Plan, outcomes: readonly Outcome[]) {
  const planned = (action: Parameters<typeof countOf>[1]) => countOf(plan, action);
  const done = (action: Outcome['action']) => outcomes.filter((outcome) => outcome.action === action).length;
  return {
    plan: renderPlan(plan)
      .slice(-MAX_PLAN_LINES)
      .map((line) => line.slice(0, MAX_PLAN_COLUMNS)),
    planned: {
      create: planned('create'),
      change: planned('change'),
      replace: planned('replace'),
      destroy: planned('destroy'),
    },
    done: {
      created: done('created'),
      changed: done('changed'),
      destroyed: done('destroyed'),
      unchanged: done('unchanged'),
    },
  };
}

/** Whoever is told that it went wrong must also be told how far it came. */
function withWhatIsDone({ failure, undone }: Applied, steps: number): unknown {
  const done = steps - undone.length;
  const notDone =
    undone.length > 0 ? ` Not done: ${listed(undone)}. The same command again does the rest.` : '';
  const state = `Done: ${done} of ${counted(steps)}.${notDone}`;
  if (failure instanceof Interrupted) return Object.assign(new Interrupted(), { message: state });
  if (failure instanceof DriverError)
    return new DriverError(`${failure.message} ${state}`, { cause: failure });
  return failure;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
