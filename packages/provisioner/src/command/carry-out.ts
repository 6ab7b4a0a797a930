import {
  applyPlan,
  checkPlan,
  failureOf,
  refuseImpossible,
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
  { output, drivers, reporter, signal, idempotencyKey, fresh, intents, reconcile }: Session,
  afterwards: () => Promise<void> = async () => {},
): Promise<void> {
  output.plan(plan);
  const finish = (message: string, outcomes: readonly Outcome[]) => {
    output.summary(message);
    reporter.report({ type: 'result', message, data: resultData(plan, check, outcomes) });
  };
  const telling = new Telling(reporter);
  const tellTheRest = async (nothingBefore = false) => {
    if (idempotencyKey === undefined) return;
    const recalling = { drivers, infra: plan.infra, idempotencyKey, kinds: [plan.kind], intents };
    await telling.tellTheRest({ ...recalling, fresh: nothingBefore });
  };
  if (check) {
    if (reconcile) {
      await tellTheRest();
      reportFound(plan, reporter);
    }
    await checkPlan(plan, drivers, signal);
    reporter.report({ type: 'plan', steps: stepsOf(plan).length });
    finish(`Nothing was changed: --check prints the plan only`, []);
    return;
  }
  const onOutcome = (outcome: Outcome) => output.outcome(outcome);
  const log = (line: string) => output.line(line);
  await refuseImpossible(plan, drivers, signal);
  const applied = await applyPlan(plan, {
    ...{ drivers, reporter: telling, signal, idempotencyKey, fresh, intents, log, onOutcome },
  });
  const failure = failureOf(plan, applied);
  if (failure) {
    await tellTheRest(fresh);
    throw failure;
  }
  await afterwards();
  finish(summarize(plan, applied.outcomes), applied.outcomes);
}
