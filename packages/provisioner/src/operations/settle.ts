import { asSentence } from '@provisioning/errors';
import { Interrupted } from '../apply/index.js';
import { DriverError } from '../drivers/driver.js';
import type { OperationContext, OperationResult } from './context.js';

/** Runs an operation's work and reports its outcome, success or failure, as one result. */
export async function settled(
  { reporter, log }: OperationContext,
  work: () => Promise<{ message: string; data: unknown }>,
): Promise<OperationResult> {
  let result: OperationResult;
  try {
    const { message, data } = await work();
    reporter.report({ type: 'result', message, data });
    result = { outcome: 'completed', message };
  } catch (error) {
    result = explain(error);
    reporter.report({ type: 'error', message: result.message });
  }
  log(result.message);
  return result;
}

function explain(error: unknown): OperationResult {
  if (error instanceof Interrupted) {
    return { outcome: 'cancelled', message: `Cancelled. ${asSentence(error.message)}` };
  }
  if (error instanceof DriverError) {
    return { outcome: 'failed', message: error.message, permanent: error.permanent };
  }
  const message = `An unexpected error occurred: ${String(error)}`;
  return { outcome: 'failed', message, permanent: false };
}
