import type { Witness } from '../witness/witness.js';
import type { Member } from './member.js';
import type { StormPostgres } from './postgres.js';
import type { StormRedis } from './redis.js';

/** A stored task, as the checks see it. */
export interface StoredTask {
  id: string;
  status: string;
  /** Completed, failed or cancelled: its final status. */
  terminal: boolean;
  /** The name of its settings, which only one submission has; null for an operation of a batch. */
  settings: string | null;
  attempt: number;
  error: string | null;
}

/** The target of the storm: the platform, or the control in its place. */
export interface System {
  folder: string;
  postgres: StormPostgres;
  redis: StormRedis | undefined;
  apis: readonly Member[];
  workers: readonly Member[];
  witness: Witness;
  /** Whether its executors can be made to die at named points. */
  hasCrashPoints: boolean;
  /** Pid of what runs the commands of a worker, if it lives: its executor; the control's worker runs them itself. */
  executorOf(worker: Member): number | undefined;
  /** Pids of the processes that start and watch the commands of a worker. */
  spawnersOf(worker: Member): number[];
  tasks(): Promise<StoredTask[]>;
  /** What must not be there once all work has ended, in a sentence each. */
  remains(): Promise<string[]>;
  /** A task's history, a line for each event. */
  history(task: string): Promise<string[]>;
  /** @returns what was left behind and had to be ended, in a sentence each. */
  stop(): Promise<string[]>;
}
