import { setTimeout as sleep } from 'node:timers/promises';
import { signalOurs } from '../system/processes.js';
import type { System } from '../system/system.js';

/** Named in services/orchestrator/src/execution/crash-points.ts. */
export const CRASH_POINTS = [
  'before-claim',
  'after-claim',
  'after-spawn',
  'before-finish',
  'after-finish',
] as const;

const REACHED_WITHIN_MS = 12_000;

/** Has executors die at an exact place, until one has; then everything is as it was. @returns whether one died there. */
export async function crashAt(
  system: System,
  workerPick: number,
  point: string,
  calm: AbortSignal,
): Promise<boolean> {
  const free = system.workers.filter(({ busy }) => !busy);
  const worker = free[Math.floor(workerPick * free.length)];
  if (!worker) return false;
  worker.busy = true;
  const reached = () => worker.log().split(`"crash point reached","point":"${point}"`).length;
  const before = reached();
  const replace = () => {
    const executor = system.executorOf(worker);
    worker.kill();
    if (executor !== undefined) signalOurs(system.folder, executor, 'SIGKILL');
  };
  try {
    worker.extra = { PROVISIONING_CRASH_AT: `${point}:2` };
    replace();
    for (const until = Date.now() + REACHED_WITHIN_MS; Date.now() < until && !calm.aborted; await sleep(100))
      if (reached() > before) return true;
    return false;
  } finally {
    worker.extra = {};
    replace();
    worker.busy = false;
  }
}
