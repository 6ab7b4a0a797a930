/** In seconds. See ARCHITECTURE.md: fence + watchdog + margin must be less than the lease. */
export interface EngineTimes {
  heartbeat: number;
  /** Without a good heartbeat for this long, an executor ends its commands. */
  fence: number;
  /** Without a tick for this long, a spawner ends its commands. */
  watchdog: number;
  lease: number;
  sweep: number;
  /** Between TERM and KILL when a task is cancelled. */
  cancelGrace: number;
  /** Without a word from its executor for this long, a worker replaces it. */
  executorSilence: number;
  /** Without a worker for this long, an executor takes no more work and ends when it is idle. */
  orphan: number;
}

export const DEFAULT_TIMES: EngineTimes = {
  heartbeat: 2,
  fence: 15,
  watchdog: 4,
  lease: 30,
  sweep: 2,
  cancelGrace: 10,
  executorSilence: 10,
  orphan: 30,
};

const SAFETY_MARGIN = 5;

/** @returns what is wrong with these times, in a sentence, or undefined. */
export function timesFault({ fence, watchdog, lease, heartbeat }: EngineTimes): string | undefined {
  if (fence + watchdog + SAFETY_MARGIN >= lease) {
    return `FENCE_SECONDS (${fence}), WATCHDOG_SECONDS (${watchdog}) and a margin of ${SAFETY_MARGIN} must together be less than LEASE_SECONDS (${lease})`;
  }
  if (heartbeat * 3 > fence)
    return `FENCE_SECONDS (${fence}) must be at least three times HEARTBEAT_SECONDS (${heartbeat})`;
  return undefined;
}
