import { setTimeout as sleep } from 'node:timers/promises';
import type { IntentReport } from '@provisioning/provisioner/report';
import { hashedId } from '@provisioning/runtime/hashed-id';
import type { ClaimedTask, JournalRecord, Ledger, Outcome, TaskResult } from '../domain/worker/ledger.js';
import type { CrashPoints } from './crash-points.js';
import { aboutTask, executorLog } from './log.js';
import type { Masker } from './masking/masker.js';
import { ReportFollower } from './report-follower.js';
import { RunLog } from './run-log.js';
import { MAX_ERROR_LENGTH, reportResult } from './report-result.js';
import type { Work, WorkEnd } from './work.js';

/** The interval of the checks for new output. */
const LOOK_MS = 40;
/** Between two reads of work that prints all the time: each read is a statement. */
const GAP_MS = 100;
/** Between two reads of reports, and of output that was withheld. */
const FOLLOW_MS = 200;
const RETRY_MS = 500;
const PUBLISH_MS = 1_000;
const OUTPUT_LIMIT = 1024 * 1024;

/** What a run needs of the ledger. */
export interface RunLedger extends Pick<Ledger, 'appendLog' | 'recordProgress' | 'recordChanges'> {
  finish(result: TaskResult): Promise<Outcome>;
  /** @param begun false for an attempt that never started: it does not count */
  reportLost(
    taskId: string,
    attempt: number,
    workerId: string,
    reason: string,
    begun: boolean,
  ): Promise<void>;
}

/** One attempt of a task: runs the work and sends its output, reports and result to Postgres. */
export class Run {
  readonly #follower: ReportFollower;
  readonly #timeout: NodeJS.Timeout | undefined;
  /** When to read again, and the read that is in progress. */
  #next: NodeJS.Timeout | undefined;
  #following: Promise<void> = Promise.resolve();
  #readAt = performance.now();
  /** The last read found no output. */
  #quiet = false;
  readonly #log: RunLog;
  /** Records for the journal, in order, until they are stored. */
  #records: JournalRecord[] = [];
  #recording: Promise<void> = Promise.resolve();
  #isUnpublished = false;
  #publishedAt = -Infinity;
  #cancelled = false;
  #timedOut = false;
  #abandoned = false;
  /** Its work has ended: later requests have no effect, and its process ids may be reused. */
  #over = false;
  /** Its result is reported once more, and not again. */
  #hurried = false;
  /** Another worker has the task. */
  #fenced = false;

  constructor(
    readonly task: ClaimedTask,
    private readonly work: Work,
    private readonly workerId: string,
    private readonly cancelGraceSeconds: number,
    private readonly masker: Masker,
    private readonly ledger: RunLedger,
    private readonly crash: CrashPoints,
  ) {
    this.#log = new RunLog(task, workerId, masker, (chunk) => ledger.appendLog(chunk));
    this.#follower = new ReportFollower(task);
    work.onIntent = (intent) => this.#intend(intent);
    if (task.timeoutSeconds !== null)
      this.#timeout = setTimeout(() => this.#endInTime(), task.timeoutSeconds * 1000);
  }

  cancel(): void {
    if (this.#cancelled || this.#abandoned || this.#over) return;
    this.#cancelled = true;
    this.work.cancel(this.cancelGraceSeconds);
  }

  /** Ends the work without a result, because this worker stops: the task is requeued when it is `gone`. */
  stop(graceSeconds: number): void {
    this.#hurried = true;
    if (this.#over) return;
    this.#abandoned = true;
    this.work.cancel(graceSeconds);
  }

  /** The same at once, because the lease may be over. The result of work that has ended may still be stored. */
  abandon(): void {
    if (this.#over) return;
    this.#abandoned = true;
    this.work.kill();
  }

  /** Postgres reports that another worker has the task: all further work would be done twice. */
  #fence(): void {
    if (this.#fenced || this.#over) return;
    this.#fenced = true;
    executorLog('warn', 'another worker has the task: this attempt is ended', aboutTask(this.task));
    this.abandon();
  }

  /** Stops all attempts to store anything: another worker has the task. */
  giveUp(): void {
    this.#hurried = true;
    this.#abandoned = true;
  }

  /** Resolves when no process of the work is left. */
  get gone(): Promise<unknown> {
    return this.work.ended;
  }

  /** @returns whether the intent is stored, so that the act may start */
  async #intend(intent: IntentReport): Promise<boolean> {
    const { changes } = this.#follower.read([intent]);
    if (changes.length === 0) {
      this.work.cancel(this.cancelGraceSeconds);
      return false;
    }
    this.#records.push(...changes);
    const written = await this.#persistently(async () => {
      await this.#recordChanges();
      return true;
    });
    return written === true && !this.#fenced;
  }

  #endInTime(): void {
    if (this.#cancelled || this.#abandoned) return;
    this.#timedOut = true;
    this.work.cancel(this.cancelGraceSeconds);
  }

  /** Follows the work to its end and stores the result. */
  async complete(): Promise<void> {
    this.#follow();
    const end = await this.work.ended;
    this.#over = true;
    clearTimeout(this.#timeout);
    clearTimeout(this.#next);
    await this.#following;
    try {
      await this.#persistently(() => this.#collect());
      if (this.#abandoned) return;
      this.crash.pass('before-finish');
      await this.#persistently(() => this.#settle(end));
      this.crash.pass('after-finish');
    } finally {
      this.work.close();
    }
  }

  async #settle(end: WorkEnd): Promise<void> {
    const { id, attempt } = this.task;
    // Work that was not started within its time limit has not used its time.
    const late = this.#timedOut && end.begun !== false;
    if (end.outcome === 'lost' && !this.#cancelled && !late && !this.#follower.refusal) {
      await this.#log.send();
      await this.#recordChanges();
      const reason = this.masker.mask(end.error ?? 'It was lost.');
      return this.ledger.reportLost(id, attempt, this.workerId, reason, end.begun ?? true);
    }
    const [outcome, result] = await reportResult(
      (result) => this.ledger.finish(result),
      this.#result(end),
      (reason) =>
        executorLog('error', 'a result cannot be stored as it is', {
          ...aboutTask(this.task),
          error: reason,
        }),
    );
    if (outcome === 'fenced') executorLog('warn', 'a late result was not accepted', aboutTask(this.task));
    else if (result.status === 'Failed')
      executorLog('info', 'an attempt failed', { ...aboutTask(this.task), error: result.error });
  }

  /** Whatever is new at the end is sent with the result. */
  #follow(): void {
    this.#next = setTimeout(() => {
      if (!this.#isReadDue()) return this.#follow();
      // While Postgres is away, the output stays in its file.
      this.#following = this.#drain().catch(() => undefined);
      void this.#following.then(() => {
        this.#readAt = performance.now();
        if (!this.#over) this.#follow();
      });
    }, LOOK_MS);
  }

  /** Output after a pause is read at once, so that a live log is live. */
  #isReadDue(): boolean {
    const passed = performance.now() - this.#readAt;
    return passed >= FOLLOW_MS || (this.work.hasOutput && (this.#quiet || passed >= GAP_MS));
  }

  /** Sends what is new. */
  async #drain(): Promise<void> {
    const changed = this.#readReports();
    await this.#recordChanges();
    await this.#tellProgress(changed);
    await this.#log.send();
    let lines = this.#readLines();
    this.#quiet = lines.length === 0;
    if (this.#quiet) this.#log.pause();
    for (; lines.length > 0; lines = this.#readLines()) {
      this.#log.add(lines);
      await this.#log.send();
    }
    await this.#log.send();
  }

  /** After the end: reads the rest. Its last piece is sent with the result. */
  async #collect(): Promise<void> {
    await this.#recording.catch(() => undefined);
    this.#isUnpublished = this.#readReports() || this.#isUnpublished;
    // A chunk that was tried before is sent again unchanged.
    await this.#log.send();
    for (let lines = this.#readLines(); lines.length > 0; lines = this.work.readLines()) {
      await this.#persistently(() => this.#log.send());
      this.#log.add(lines);
    }
    this.#log.add(this.work.readRest());
    this.#log.end();
  }

  /** @returns whether the progress changed. */
  #readReports(): boolean {
    const { progressed, changes } = this.#follower.read(this.work.readReports());
    this.#records.push(...changes);
    return progressed;
  }

  /** The next output, after the notes about reports. */
  #readLines(): string[] {
    return [...this.#follower.readNotes(), ...this.work.readLines()];
  }

  /** Stored at each change; published at most once a second, the last change included. */
  async #tellProgress(changed: boolean): Promise<void> {
    this.#isUnpublished ||= changed;
    const publish = this.#isUnpublished && performance.now() - this.#publishedAt >= PUBLISH_MS;
    if (!changed && !publish) return;
    const { id, attempt } = this.task;
    try {
      await this.ledger.recordProgress(id, attempt, this.masker.maskAll(this.#follower.progress), publish);
      if (!publish) return;
      this.#isUnpublished = false;
      this.#publishedAt = performance.now();
    } catch {
      // Nothing depends on it, and the next change includes this one.
    }
  }

  /** One after the other: an intent is stored before the outcome of its act. */
  #recordChanges(): Promise<void> {
    this.#recording = this.#recording
      .catch(() => undefined)
      .then(async () => {
        const { length } = this.#records;
        if (length === 0) return;
        const { id, attempt } = this.task;
        if (!(await this.ledger.recordChanges(id, attempt, this.workerId, this.#changes))) this.#fence();
        this.#records.splice(0, length);
      });
    return this.#recording;
  }

  #result(end: WorkEnd): TaskResult {
    const { id: taskId, attempt, reconcile } = this.task;
    const { data, refusal } = this.#follower;
    const completed =
      refusal === undefined && (reconcile ? this.#isAsWanted(end) : end.outcome === 'completed');
    const status = this.#cancelled ? 'Cancelled' : completed && !this.#timedOut ? 'Completed' : 'Failed';
    return {
      taskId,
      attempt,
      workerId: this.workerId,
      // Every repetition of a result has the same id, so that it counts once.
      resultId: hashedId(`${taskId}:${attempt}`),
      status,
      permanent: (end.permanent ?? false) || refusal !== undefined,
      exitCode: end.exitCode,
      signal: end.signal,
      error:
        status === 'Completed'
          ? null
          : this.masker.mask(this.#reason(status, end)).slice(0, MAX_ERROR_LENGTH),
      output: this.masker.maskCut(this.work.output(OUTPUT_LIMIT)),
      data: this.masker.maskAll(data),
      evidence: this.masker.maskAll({ ...end.evidence, ...(reconcile ? { reconciled: completed } : {}) }),
      log: this.#log.unsent,
      progress: this.#isUnpublished ? this.masker.maskAll(this.#follower.progress) : undefined,
      changes: this.#changes,
    };
  }

  /** The records for the journal, masked except for the infra, which is the task's own. */
  get #changes(): JournalRecord[] {
    const { infra } = this.task;
    return this.masker.maskAll(this.#records).map((record) => ({ ...record, infra }));
  }

  /** For a reconciliation: whether everything that was wanted exists, according to the provider. */
  #isAsWanted(end: WorkEnd): boolean {
    return end.satisfied ?? (end.exitCode === 0 && this.#follower.planned === 0);
  }

  #reason(status: 'Failed' | 'Cancelled', end: WorkEnd): string {
    const { exitCode, signal } = end;
    const how = signal ? `ended by ${signal}` : `exited with status ${exitCode}`;
    if (status === 'Cancelled')
      return `Cancelled on request${this.task.runner === 'command' ? `; the command ${how}.` : `. ${end.error ?? ''}`}`.trim();
    const said = this.#follower.refusal ?? end.error ?? this.#follower.error;
    if (this.#timedOut)
      return `It took longer than its timeout of ${this.task.timeoutSeconds} s and was ended.${said ? ` ${said}` : ''}`;
    if (this.task.reconcile)
      return `Given up after ${attemptsOf(this.task.attempt - 1)}, the last of which was lost with its worker. The provider reports that not everything is there.${said ? ` ${said}` : ''}`;
    if (said !== undefined) return said;
    // The last output shows how far the command came, not why it was killed.
    if (signal) return `The command was ${how} before its end. A retry continues from there.`;
    return `The command ${how}${this.#log.lastText ? `: ${this.#log.lastText}` : ''}`;
  }

  /** Tries until Postgres has answered; only once if the executor stops. */
  async #persistently<T>(act: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (this.#hurried || this.#abandoned) return undefined;
        executorLog('warn', 'a result could not be stored in Postgres; trying again', {
          ...aboutTask(this.task),
          error: String(error),
        });
        await sleep(RETRY_MS);
      }
    }
  }
}

function attemptsOf(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`;
}
