import {
  applyPlan,
  failureOf,
  reportFound,
  resultData,
  summarize,
  Telling,
  type Outcome,
} from '../apply/index.js';
import { stepsOf, type Plan } from '../plan/index.js';
import type { Session } from './session.js';

/** Prints the plan and, unless it is to be checked only, does what it says. */
export async function carryOut(
  plan: Plan,
  check: boolean,
  { output, drivers, reporter, signal, idempotencyKey, intents, reconcile }: Session,
  afterwards: () => Promise<void> = async () => {},
): Promise<void> {
  output.plan(plan);
  const finish = (message: string, outcomes: readonly Outcome[]) => {
    output.summary(message);
    reporter.report({ type: 'result', message, data: resultData(plan, check, outcomes) });
  };
  const telling = new Telling(reporter);
  const tellTheRest = async () => {
    if (idempotencyKey !== undefined)
      await telling.tellTheRest({ drivers, infra: plan.infra, idempotencyKey, intents });
  };
  if (check) {
    if (reconcile) {
      await tellTheRest();
      reportFound(plan, reporter);
    }
    reporter.report({ type: 'plan', steps: stepsOf(plan).length });
    finish(`Nothing was changed: --check prints the plan only`, []);
    return;
  }
  const onOutcome = (outcome: Outcome) => output.outcome(outcome);
  const log = (line: string) => output.line(line);
  const applied = await applyPlan(plan, {
    ...{ drivers, reporter: telling, signal, idempotencyKey, intents, log, onOutcome },
  });
  const failure = failureOf(plan, applied);
  if (failure) {
    await tellTheRest();
    throw failure;
  }
  await afterwards();
  finish(summarize(plan, applied.outcomes), applied.outcomes);
}
