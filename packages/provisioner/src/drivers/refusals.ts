import pLimit from 'p-limit';
import { DriverError, type Refusal, type ServerStep } from './driver.js';

const QUESTIONS_AT_ONCE = 10;

/**
 * Checks whether each step would be accepted. Servers that are to be made alike are checked once.
 * @param ask throws a permanent DriverError for a step that would be refused
 * @throws DriverError if the provider does not answer
 */
export async function refusalsOf(
  steps: readonly ServerStep[],
  ask: (step: ServerStep) => Promise<void>,
): Promise<Refusal[]> {
  const distinct = [...new Map(steps.map((step) => [questionOf(step), step])).values()];
  const refusals = await pLimit(QUESTIONS_AT_ONCE).map(distinct, async (step): Promise<Refusal[]> => {
    try {
      await ask(step);
      return [];
    } catch (error) {
      if (!(error instanceof DriverError && error.permanent)) throw error;
      return [{ name: step.after.name, reason: error.message }];
    }
  });
  return refusals.flat();
}

function questionOf({ before, after: { plan, zone, image, storage_gb, labels } }: ServerStep): string {
  return JSON.stringify([before?.id ?? null, plan, zone, image, storage_gb, labels]);
}
