import type { Actor } from '../audit/actor.js';

/** Why a task is held: the database was restored from a backup, or the task waited too long without a worker. */
type HoldReason = 'restored' | 'stale';

/** What happens to held work when it is released (`release_held_work` in functions/62_holds.sql). */
export type ReleaseAction = 'resume' | 'reconcile' | 'cancel';

/** The hold after a restore: changes are refused, except on infras that were released. */
export interface RestoreHold {
  since: Date;
  /** A sentence. */
  reason: string;
  released: readonly string[];
}

/** The held tasks of an infra. `unknown`: those among them that were running. */
export interface HeldWork {
  infra: string;
  reason: HoldReason;
  tasks: number;
  unknown: number;
  oldest: Date;
}

/** Numbers of what was released: see `release_held_work`. */
export interface Released {
  batches: number;
  tasks: number;
  cancelled: number;
  failed: number;
  left: number;
}

/** How the database compares with the one that was recorded (`check_database`). */
export type DatabaseCheck = 'known' | 'recorded' | 'other_timeline' | 'restored';

/** Holds and releases work. */
export interface HoldStore {
  /** Holds all work if the database is in another cluster than before. */
  checkDatabase(): Promise<DatabaseCheck>;
  /** Whether the database is in the cluster that was recorded, and the hold; undefined while there is none. */
  read(): Promise<{ known: boolean; hold: RestoreHold | undefined }>;
  heldWork(): Promise<HeldWork[]>;
  /** @param by undefined: a process noticed the restore */
  hold(reason: string, by: Actor | undefined): Promise<void>;
  /** @param infras undefined stands for all */
  release(infras: readonly string[] | undefined, action: ReleaseAction, by: Actor): Promise<Released>;
}
