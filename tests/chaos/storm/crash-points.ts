import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../system/system.js';
import { loseHost, onOne } from './targets.js';

/** Named in services/orchestrator/src/execution/crash-points.ts. */
export const CRASH_POINTS = [
  'before-claim',
  'after-claim',
  'after-spawn',
  'before-finish',
  'after-finish',
] as const;

const REACHED_WITHIN_MS = 6_000;

/**
 * Kills an executor at an exact place, or anywhere where there are no such places.
 * @returns whether one died.
 */
export async function crashAt(
  system: System,
  pick: number,
  point: string,
  calm: AbortSignal,
): Promise<boolean> {
  return onOne(system.workers, pick, async (worker) => {
    if (!system.hasCrashPoints) {
      loseHost(system, worker);
      return true;
    }
    const passed = () => worker.log().split(`"crash point reached","point":"${point}"`).length;
    const before = passed();
    worker.extra = { PROVISIONING_CRASH_AT: `${point}:1` };
    loseHost(system, worker);
    const until = Date.now() + REACHED_WITHIN_MS;
    while (passed() === before && Date.now() < until && !calm.aborted) await sleep(100);
    worker.extra = {};
    if (passed() > before) return true;
    // No process may die there later, after the storm.
    loseHost(system, worker);
    return false;
  });
}
