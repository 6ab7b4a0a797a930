/** In seconds. See ARCHITECTURE.md: fence + shim + margin must be below the lease. */
export interface EngineTimes {
  heartbeat: number;
  /** Without a good heartbeat for this long, an executor ends its commands. */
  fence: number;
  /** Without a tick for this long, a spawner ends its commands. */
  shim: number;
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
  shim: 4,
  lease: 30,
  sweep: 2,
  cancelGrace: 10,
  executorSilence: 10,
  orphan: 30,
};

const SAFETY_MARGIN = 5;

/** @returns what is wrong with these times, in a sentence, or undefined. */
export function timesFault({ fence, shim, lease, heartbeat }: EngineTimes): string | undefined {
  if (fence + shim + SAFETY_MARGIN >= lease) {
    return `the fence (${fence} s), the shim’s limit (${shim} s) and a margin of ${SAFETY_MARGIN} s must be less than the lease (${lease} s) together`;
  }
  if (heartbeat * 3 > fence)
    return `the fence (${fence} s) must leave room for three heartbeats (${heartbeat} s each)`;
  return undefined;
}
