import type { VisibleRows, VisibleTasks } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { WaitingFor } from '../task/task.js';

/** A task or batch in the queue of a lock. */
export interface LockPlace {
  holderId: string;
  holderKind: 'task' | 'batch' | 'plan';
  since: Date;
}

/** The lock of an infra: the first of its queue, and the others. */
export interface Lock {
  infra: string;
  holder: LockPlace & { granted: boolean };
  /** The first of those that wait. */
  queue: readonly LockPlace[];
  waiting: number;
}

/** Numbers of resources of an infra. */
export interface ResourceCounts {
  servers: number;
  taskservs: number;
  clusters: number;
}

/** A settings file in the folder of its infra. */
interface SettingsFile {
  name: string;
  sizeBytes: number;
  changedAt: Date;
}

/** An infra of the workspace, or one that has resources or a lock. */
export interface Infra extends ResourceCounts {
  name: string;
  settings: readonly SettingsFile[];
  lock: Lock | null;
}

/** A definition of the workspace. */
export interface DefinitionSummary {
  kind: 'taskserv' | 'cluster';
  name: string;
  description: string | null;
  defaultVersion: string | null;
  /** Names of task services. */
  requires: readonly string[];
  /** Why it cannot be used. */
  fault: string | null;
}

/** A provider. `local`: it falls back to the local driver. */
export interface ProviderSummary {
  name: string;
  state: 'configured' | 'local' | 'unavailable';
  /** The variables that would configure it. */
  missing: string | null;
}

/** A worker that is alive, or whose lease has ended. */
export interface WorkerSummary {
  id: string;
  host: string;
  slot: number;
  state: 'alive' | 'overdue';
  running: number;
  /** Seconds; negative after its end. */
  leaseLeft: number;
  startedAt: Date;
  fault: string | null;
  /** Since when it claims nothing more. */
  drainingSince: Date | null;
}

/** Numbers of open work. */
export interface WorkSummary {
  tasks: { pending: number; running: number; failedLastDay: number };
  waiting: readonly { reason: WaitingFor['reason']; tasks: number; oldest: Date }[];
  batches: { pending: number; running: number; rollingBack: number };
  workers: { alive: number; overdue: number };
  locks: { held: number; waiting: number };
  asOf: Date;
}

/** Reads what the platform consists of and does. */
export interface PlatformStore {
  /** By infra; infras without resources are absent. */
  resourceCounts(infras?: readonly string[]): Promise<ReadonlyMap<string, ResourceCounts>>;
  /** By infra; only infras that are locked. @param infras only these; all where absent */
  locks(infras?: readonly string[]): Promise<ReadonlyMap<string, Lock>>;
  workers(): Promise<WorkerSummary[]>;
  /** Has a worker claim nothing more. @returns undefined if no worker of that id is alive */
  drainWorker(id: string, actor: Actor): Promise<WorkerSummary | undefined>;
  /** @param visible counts only these; all where absent */
  summary(visible: {
    tasks: VisibleTasks | undefined;
    batches: VisibleRows | undefined;
  }): Promise<WorkSummary>;
}

/** Reads the workspace. Users edit it, so it is read for each request. */
export interface Workspace {
  infras(): Promise<string[]>;
  /** None for an infra without a folder. */
  settings(infra: string): Promise<SettingsFile[]>;
  definitions(): Promise<DefinitionSummary[]>;
}
