import {
  applyPlan,
  checkPlan,
  failureOf,
  plannedReports,
  refuseImpossible,
  reportFound,
  resultData,
  summarize,
  RecordingReporter,
  type Outcome,
} from '../apply/index.js';
import { requirePlanned } from '../operations/require-planned.js';
import { stepsOf, type Plan } from '../plan/index.js';
import type { Session } from './session.js';

/** Prints the plan and applies it, unless it is only to be checked. */
export async function carryOut(
  plan: Plan,
  check: boolean,
  { output, drivers, reporter, signal, idempotencyKey, fresh, intents, reconcile, approved }: Session,
  afterwards: () => Promise<void> = async () => {},
): Promise<void> {
  output.plan(plan);
  const finish = (message: string, outcomes: readonly Outcome[]) => {
    output.summary(message);
    reporter.report({ type: 'result', message, data: resultData(plan, check, outcomes) });
  };
  const recording = new RecordingReporter(reporter);
  const reportTheRest = async (nothingBefore = false) => {
    if (idempotencyKey === undefined) return;
    const recalling = { drivers, infra: plan.infra, idempotencyKey, kinds: [plan.kind], intents };
    await recording.reportTheRest({ ...recalling, fresh: nothingBefore });
  };
  if (check) {
    if (reconcile) {
      await reportTheRest();
      reportFound(plan, reporter);
    }
    await checkPlan(plan, drivers, signal);
    reporter.report({ type: 'plan', steps: stepsOf(plan).length });
    for (const report of plannedReports(plan)) reporter.report(report);
    finish(`Nothing was changed: --check only prints the plan`, []);
    return;
  }
  const onOutcome = (outcome: Outcome) => output.outcome(outcome);
  const log = (line: string) => output.line(line);
  if (approved) requirePlanned(plan, approved.planned, fresh);
  await refuseImpossible(plan, drivers, signal);
  const applied = await applyPlan(plan, {
    drivers,
    reporter: recording,
    signal,
    idempotencyKey,
    fresh,
    intents,
    log,
    onOutcome,
  });
  const failure = failureOf(plan, applied);
  if (failure) {
    await reportTheRest(fresh);
    throw failure;
  }
  await afterwards();
  finish(summarize(plan, applied.outcomes), applied.outcomes);
}
