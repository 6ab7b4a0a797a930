import {
  applyPlan,
  checkPlan,
  failureOf,
  Interrupted,
  refuseImpossible,
  renderOutcome,
  resultData,
  summarize,
} from '../apply/index.js';
import { DriverError } from '../drivers/driver.js';
import { renderPlan, stepsOf } from '../plan/index.js';
import type { OperationContext, OperationResult } from './context.js';
import type { Operation } from './operation.js';
import { planOperation } from './plan-operation.js';
import { requirePlanned } from './require-planned.js';
import { settled } from './settle.js';

/** Applies an operation. Never throws: failures are in the result and the reports. */
export function applyOperation(operation: Operation, context: OperationContext): Promise<OperationResult> {
  const { drivers, infra, idempotencyKey, fresh, intents, check, signal, reporter, log } = context;
  return settled(context, async () => {
    if (signal.aborted) throw Object.assign(new Interrupted(), { message: 'Nothing was changed.' });
    const planned = await planOperation(operation, infra, drivers);
    if ('missing' in planned) throw new DriverError(planned.message, { permanent: true });
    const { plan, notes } = planned;
    notes.forEach((note) => log(`Note: ${note}`));
    renderPlan(plan).forEach(log);
    if (check) {
      await checkPlan(plan, drivers, signal);
      reporter.report({ type: 'plan', steps: stepsOf(plan).length });
      return { message: 'Nothing was changed: check mode', data: resultData(plan, true, []) };
    }
    if (operation.planned) requirePlanned(plan, operation.planned, fresh ?? false);
    await refuseImpossible(plan, drivers, signal);
    const applied = await applyPlan(plan, {
      drivers,
      reporter,
      signal,
      idempotencyKey,
      fresh,
      intents,
      log,
      onOutcome(outcome) {
        const line = renderOutcome(outcome);
        if (line !== null) log(line);
      },
    });
    const failure = failureOf(plan, applied);
    if (failure) throw failure;
    const message = summarize(plan, applied.outcomes, 'the operation wants');
    return { message, data: resultData(plan, false, applied.outcomes) };
  });
}
