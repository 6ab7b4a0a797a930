import type { ChangeKind } from '../rollback/rollback.js';

/** The machine that a sweep is made on. */
export interface Here {
  host: string;
  bootId: string;
  /** For how long after the end of a lease the work waits for a worker on the machine that had it. */
  patienceSeconds: number;
  /** Ends what is left of the commands of a worker of this machine. @returns whether nothing is left */
  endCommandsOf(workerId: string): Promise<boolean>;
}

/** What the executor needs of Postgres, as a port: the truth about leases, claims and results. */
export interface Ledger {
  register(worker: WorkerIdentity, leaseSeconds: number): Promise<void>;
  /** Renews the lease; null when this worker was declared dead. */
  heartbeat(workerId: string, leaseSeconds: number): Promise<RunningTask[] | null>;
  /** Why this worker can start no command now (the system's health shows it); null: it can. */
  reportFault(workerId: string, fault: string | null): Promise<void>;
  /** Puts failed operations whose next try is due back in line. */
  promoteDueRetries(): Promise<void>;
  /**
   * Stores what has ended, starts what may start because of it, and claims up to `room` tasks, in one transaction. When
   * it fails, whether it happened is unknown: results are told again, claims are found by the heartbeat.
   */
  round(workerId: string, results: readonly TaskResult[], room: number): Promise<Round>;
  /** A task that is this worker's already: the answer of its claim was lost. */
  acceptClaim(taskId: string, workerId: string): Promise<ClaimedTask | undefined>;
  /**
   * An attempt is lost though its worker lives.
   * @param begun false: it never began, through no fault of the task's, and costs none of its attempts
   * @returns the tasks that became ready by it
   */
  reportLost(
    taskId: string,
    attempt: number,
    workerId: string,
    reason: string,
    begun: boolean,
  ): Promise<string[]>;
  appendLog(chunk: LogChunk): Promise<void>;
  /**
   * Writes intents and outcomes into the journal; what is told again changes nothing.
   * @returns whether the attempt is this worker's. If not, nothing was written, and what was intended must not be done
   */
  recordChanges(
    taskId: string,
    attempt: number,
    workerId: string,
    entries: readonly JournalRecord[],
  ): Promise<boolean>;
  /** @param tell whether those who follow events hear of it, beside those who ask */
  recordProgress(taskId: string, attempt: number, progress: StepProgress, tell: boolean): Promise<void>;
  /**
   * Declares a worker dead whose commands are proven gone; a planned stop costs its tasks no attempt.
   * @returns the tasks that became ready by it.
   */
  releaseWorker(workerId: string, reason: string, planned?: boolean): Promise<string[]>;
  /** Workers of this machine and slot that Postgres believes alive. */
  predecessors(host: string, bootId: string, slot: number): Promise<string[]>;
  /**
   * Gives away the work of every worker whose lease has ended, and starts whoever is first in line for an infra. A worker of
   * the machine that had the lease first ends what is left of the commands.
   */
  releaseExpiredWorkers(here?: Here): Promise<string[]>;
}

export interface WorkerIdentity {
  id: string;
  host: string;
  /** Changes when the machine starts anew: process ids of an earlier boot mean nothing. */
  bootId: string;
  slot: number;
  pid: number;
}

export interface RunningTask {
  id: string;
  attempt: number;
  cancel: boolean;
}

export interface ClaimedTask {
  id: string;
  attempt: number;
  /** Nothing was ever begun under its key: it is a first attempt, and of no task that continues an earlier one. */
  fresh: boolean;
  /** The outcome of earlier attempts is to be found out, nothing to be done. */
  reconcile: boolean;
  /** A process of its own, or a call in the driver host. */
  runner: 'command' | 'operation';
  program: string;
  verb: string[];
  args: string[];
  /** The operation of a batch, where it is one; of the one that is to be undone, where it undoes. */
  spec: Record<string, unknown> | null;
  undo: boolean;
  /** To undo: those changes and nothing else. */
  exactly: boolean;
  /** What the task that is to be undone had done, and the key under which it did. */
  changes: unknown[] | null;
  undoneKey: string | null;
  /** What its earlier attempts were about to do when they were last heard of; the same of the task to be undone. */
  intents: unknown[];
  intentsToUndo: unknown[];
  infra: string;
  /** It must change nothing, and holds no lock. */
  checkMode: boolean;
  batchId: string | null;
  operation: string | null;
  /** The same for every attempt: what one began, the next one must recognise. */
  idempotencyKey: string;
  timeoutSeconds: number | null;
  requestId: string;
  traceparent: string | null;
  /** Number of the last line that earlier attempts wrote. */
  lastLine: number;
}

/**
 * How a result was taken. `retry`: it will be tried again. `duplicate`: it was taken before. `fenced`: somebody else
 * decided.
 */
export type Outcome = 'done' | 'retry' | 'duplicate' | 'fenced';

export interface Round {
  /** Of each result. */
  outcomes: Outcome[];
  /** Tasks that became ready by them. */
  ready: string[];
  /** In the order in which they should start. */
  claimed: ClaimedTask[];
}

export interface TaskResult {
  taskId: string;
  attempt: number;
  workerId: string;
  /** The same for every repeat of this very result. */
  resultId: string;
  status: 'Completed' | 'Failed' | 'Cancelled';
  /** Doing it again would not help. */
  permanent: boolean;
  exitCode: number | null;
  signal: string | null;
  error: string | null;
  output: string;
  /** What the program reported: its result and the resources it made, changed and destroyed. */
  data: object;
  /** Signals sent and when, exit status, what was left and ended. */
  evidence: object;
  /** What was printed, how far it was and what it changed since that was last told. */
  log: LogChunk | undefined;
  progress: StepProgress | undefined;
  changes: JournalRecord[];
}

/** Lines of one attempt. `at` stays the same when a chunk is sent again: it is how a repeat is recognised. */
export interface LogChunk {
  taskId: string;
  attempt: number;
  workerId: string;
  at: Date;
  firstLine: number;
  lines: string[];
}

/** What is about to be done to a thing, or was done. */
export interface JournalRecord {
  state: 'intended' | 'done';
  /** `adopt`: a thing that exists; passed over where the inventory has it. */
  change: ChangeKind;
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  before: object | null;
  after: object | null;
}

export interface StepProgress {
  totalSteps: number;
  doneSteps: number;
  currentStep: string | null;
}
