import type { ChangeKind } from '../rollback/rollback.js';
import type { Capacity } from './capacity.js';

/** The machine on which lost workers are reaped. */
export interface Here {
  host: string;
  bootId: string;
  /** Seconds after the end of a lease for which other machines wait until this machine has reaped its worker. */
  patienceSeconds: number;
  /** Ends the remaining processes of a worker of this machine. @returns whether none is left */
  endCommandsOf(workerId: string): Promise<boolean>;
}

/** The interface through which an executor reads and writes leases, claims, logs and results. */
export interface Ledger {
  /**
   * Adds a worker with a lease. Repeating it changes nothing.
   * @param staleSeconds work that waited longer while no worker was alive is held; 0: none is
   */
  register(worker: WorkerIdentity, leaseSeconds: number, staleSeconds: number): Promise<void>;
  /** Renews the lease. @returns the tasks that the worker should be running; null if it was declared dead */
  heartbeat(workerId: string, leaseSeconds: number): Promise<RunningTask[] | null>;
  /** Stores why this worker cannot start commands now, for the system's health; null: it can. */
  reportFault(workerId: string, fault: string | null): Promise<void>;
  /** Makes operations ready whose next attempt is due. */
  promoteDueRetries(): Promise<void>;
  /**
   * Stores results, starts what may start because of them, and claims as many tasks as `capacity` allows, in one transaction. If it fails,
   * its outcome is unknown: the caller reports the results again, and the heartbeat finds unknown claims.
   */
  round(workerId: string, results: readonly TaskResult[], capacity: Capacity): Promise<Round>;
  /** Reads a task that this worker has claimed although the answer was lost (an unknown claim). */
  acceptClaim(taskId: string, workerId: string): Promise<ClaimedTask | undefined>;
  /**
   * Ends an attempt that was lost although its worker lives.
   * @param begun false if it never started: then it does not count as an attempt
   * @returns the tasks that became ready
   */
  reportLost(
    taskId: string,
    attempt: number,
    workerId: string,
    reason: string,
    begun: boolean,
  ): Promise<string[]>;
  /** Stores lines of the output. Repeating a chunk changes nothing. */
  appendLog(chunk: LogChunk): Promise<void>;
  /**
   * Writes intents and completed changes into the journal. Repeating an entry changes nothing.
   * @returns false if the attempt is no longer this worker's: nothing was written, and an intended change must not be made
   */
  recordChanges(
    taskId: string,
    attempt: number,
    workerId: string,
    entries: readonly JournalRecord[],
  ): Promise<boolean>;
  /** Stores the progress of an attempt. @param publish also publish it as an event */
  recordProgress(taskId: string, attempt: number, progress: StepProgress, publish: boolean): Promise<void>;
  /** Has a worker claim nothing more, from the moment at which this resolves. Its running tasks continue. */
  drain(workerId: string): Promise<void>;
  /**
   * Declares a worker dead whose processes have provably ended. A planned stop does not count as an attempt of its tasks.
   * @returns the tasks that became ready
   */
  releaseWorker(workerId: string, reason: string, planned?: boolean): Promise<string[]>;
  /** Ids of workers of this machine and slot that were not declared dead. */
  predecessors(host: string, bootId: string, slot: number): Promise<string[]>;
  /**
   * Requeues the tasks of every worker whose lease has ended, and starts holders that are first in a lock queue.
   * @param here reap lost workers of this machine first
   * @returns the tasks that became ready
   */
  releaseExpiredWorkers(here?: Here): Promise<string[]>;
}

/** A worker process and its machine. */
export interface WorkerIdentity {
  id: string;
  host: string;
  /** Changes with each boot of the machine: process ids of an earlier boot are meaningless. */
  bootId: string;
  slot: number;
  pid: number;
}

/** A task that a worker should be running. `cancel`: end it. */
export interface RunningTask {
  id: string;
  attempt: number;
  cancel: boolean;
}

/** A claimed task with everything that is needed to run it. An element of the SQL function `describe_claims`. */
export interface ClaimedTask {
  id: string;
  attempt: number;
  /** No earlier attempt under its idempotency key: a first attempt of a task that continues no other. */
  fresh: boolean;
  /** Find out the outcome of earlier attempts instead of doing the work. */
  reconcile: boolean;
  /** `command`: a process of its own. `operation`: a call in the driver host. */
  runner: 'command' | 'operation';
  program: string;
  verb: string[];
  args: string[];
  /** The OperationSpec (domain/batch/batch.ts) of an operation, or of the operation to be undone; of a workflow that executes a
   * plan, what it may do (ApprovedWork in packages/provisioner); null for other workflows. */
  spec: Record<string, unknown> | null;
  undo: boolean;
  /** Of an undo operation: reverse exactly `changes`. */
  exactly: boolean;
  /** Changes of the task to be undone (ChangeReport[], domain/rollback/change-report.ts), and its idempotency key. */
  changes: unknown[] | null;
  undoneKey: string | null;
  /** Changes whose outcome was never reported: by earlier attempts, and by the task to be undone. */
  intents: unknown[];
  intentsToUndo: unknown[];
  infra: string;
  /** It must change nothing and holds no lock. */
  checkMode: boolean;
  batchId: string | null;
  operation: string | null;
  /** Equal for every attempt, so that each recognises what an earlier one began. */
  idempotencyKey: string;
  timeoutSeconds: number | null;
  requestId: string;
  traceparent: string | null;
  /** Number of the last output line of earlier attempts; 0 without one. */
  lastLine: number;
}

/**
 * What became of a result. `retry`: another attempt follows. `duplicate`: it was stored before. `fenced`: the attempt was no
 * longer the worker's.
 */
export type Outcome = 'done' | 'retry' | 'duplicate' | 'fenced';

/** The answer of a round. */
export interface Round {
  /** One for each result, in order. */
  outcomes: Outcome[];
  /** Tasks that became ready. */
  ready: string[];
  /** In the order in which they should start. */
  claimed: ClaimedTask[];
}

/** The result of an attempt. */
export interface TaskResult {
  taskId: string;
  attempt: number;
  workerId: string;
  /** Equal for every repetition of this result. */
  resultId: string;
  status: 'Completed' | 'Failed' | 'Cancelled';
  /** A retry would not help. */
  permanent: boolean;
  exitCode: number | null;
  signal: string | null;
  error: string | null;
  output: string;
  /** {result, resources}: what the program or driver reported. */
  data: object;
  /** How the processes ended: signals with times, exit status, processes that remained. */
  evidence: object;
  /** Output, progress and changes that were not reported yet. */
  log: LogChunk | undefined;
  progress: StepProgress | undefined;
  changes: JournalRecord[];
}

/** Output lines of an attempt. A repeated chunk has the same `at`, by which it is recognised. */
export interface LogChunk {
  taskId: string;
  attempt: number;
  workerId: string;
  at: Date;
  firstLine: number;
  lines: string[];
}

/** A change that is intended or was made: an entry of `record_changes` in SQL. */
export interface JournalRecord {
  state: 'intended' | 'done';
  /** `adopt`: a resource that exists. Ignored if the inventory contains it. */
  change: ChangeKind;
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  before: object | null;
  after: object | null;
}

/** The progress of an attempt. */
export interface StepProgress {
  totalSteps: number;
  doneSteps: number;
  currentStep: string | null;
}
