import type { Exit, StopOptions } from '@provisioning/embedded';

/** A process that runs and serves. */
export interface Running {
  pid: number;
  /** Resolves when it ends, requested or not; never rejects. */
  exited: Promise<Exit>;
  stop(how?: StopOptions): Promise<void>;
}

/** Something that can be started, and restarted after it died, under the same address. */
export interface Startable {
  name: string;
  /**
   * Resolves when it serves.
   * @throws with a text for people when it does not.
   */
  start(signal: AbortSignal): Promise<Running>;
  /** Time that it has to end before it is killed, in milliseconds. */
  stopWithinMs: number;
}
