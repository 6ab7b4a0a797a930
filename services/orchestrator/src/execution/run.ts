import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type CommandEnd } from './command.js';
import type { ClaimedTask, Ledger, LogChunk, TaskResult } from '../domain/worker/ledger.js';
import type { CrashPoints } from './crash-points.js';
import { executorLog } from './log.js';
import type { ExecutorOptions } from './options.js';
import { OutputFile } from './output-file.js';
import { ReportFollower } from './report-follower.js';

const FOLLOW_MS = 200;
const RETRY_MS = 500;
const OUTPUT_LIMIT = 1024 * 1024;
const MAX_ERROR_LENGTH = 2_000;

/** One attempt of a task: its command, its output and reports on their way to Postgres, its result. */
export class Run {
  readonly #command: Command;
  readonly #directory: string;
  readonly #output: OutputFile;
  readonly #reports: OutputFile;
  readonly #follower = new ReportFollower();
  #lastLine: number;
  #lastText = '';
  #unsent: LogChunk | undefined;
  #cancelled = false;
  #abandoned = false;
  #lost = false;

  constructor(
    readonly task: ClaimedTask,
    private readonly workerId: string,
    private readonly options: ExecutorOptions,
    private readonly ledger: Pick<Ledger, 'appendLog' | 'progress' | 'finish'>,
    private readonly crash: CrashPoints,
  ) {
    this.#directory = join(options.stateDir, 'runs', `${task.id}-${task.attempt}`);
    this.#lastLine = task.lastLine;
    this.#command = new Command({
      directory: this.#directory,
      argv: [
        ...(options.programs[task.program] ?? [`unknown-program-${task.program}`]),
        ...task.verb,
        ...task.args,
      ],
      environment: { ...options.commandEnvironment, ...this.#taskEnvironment() },
      runId: `${task.id}-${task.attempt}`,
      workerId,
      shimLimitSeconds: options.times.shim,
    });
    this.#output = new OutputFile(this.#command.outputPath);
    this.#reports = new OutputFile(this.#command.reportPath);
  }

  tick(): void {
    this.#command.tick();
  }

  cancel(): void {
    if (this.#cancelled || this.#abandoned) return;
    this.#cancelled = true;
    this.#command.cancel(this.options.times.cancelGrace);
  }

  /** Ends the command without a result, because this worker stops: the task is given away when it is `gone`. */
  stop(graceSeconds: number): void {
    this.#abandoned = true;
    this.#command.cancel(graceSeconds);
  }

  /** The same at once, because the lease is over. */
  abandon(): void {
    this.#abandoned = true;
    this.#command.kill();
  }

  /** Resolves when nothing of the command is left. */
  get gone(): Promise<unknown> {
    return this.#command.ended;
  }

  /** Its shim ended it, because we were frozen: there is no result, the task has to be given away. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Follows the command to its end and stores the result. @returns the tasks that became ready by it. */
  async complete(): Promise<string[]> {
    const following = new AbortController();
    const followed = this.#follow(following.signal);
    const end = await this.#command.ended;
    this.#lost = end.bySilence;
    following.abort();
    await followed;
    try {
      await this.#persistently(() => this.#drain());
      this.#queue(this.#output.readRest());
      await this.#persistently(() => this.#drain());
      if (this.#abandoned || this.#lost) return [];
      const result = this.#result(end);
      this.crash.pass('before-finish');
      const { outcome, ready } = (await this.#persistently(() => this.ledger.finish(result))) ?? {
        outcome: 'abandoned',
        ready: [],
      };
      this.crash.pass('after-finish');
      if (outcome === 'fenced')
        executorLog('warn', 'a late result was not taken', {
          task_id: this.task.id,
          attempt: this.task.attempt,
        });
      return ready;
    } finally {
      this.#output.close();
      this.#reports.close();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      // While Postgres is away the output waits in its file.
      await this.#drain().catch(() => undefined);
    }
  }

  /** Sends what is new. A chunk that could not be sent is sent again before anything after it. */
  async #drain(): Promise<void> {
    const changed = this.#follower.read(this.#reports.readLines());
    if (changed)
      await this.ledger
        .progress(this.task.id, this.task.attempt, this.#follower.progress)
        .catch(() => undefined);
    for (let more = true; more;) {
      if (this.#unsent) {
        await this.ledger.appendLog(this.#unsent);
        this.#unsent = undefined;
      }
      const lines = this.#output.readLines();
      more = lines.length > 0;
      this.#queue(lines);
    }
  }

  #queue(lines: string[]): void {
    if (lines.length === 0) return;
    const { id: taskId, attempt } = this.task;
    this.#unsent = {
      taskId,
      attempt,
      workerId: this.workerId,
      at: new Date(),
      firstLine: this.#lastLine + 1,
      lines,
    };
    this.#lastLine += lines.length;
    this.#lastText = lines.findLast((line) => line.trim() !== '') ?? this.#lastText;
  }

  #result(end: CommandEnd): TaskResult {
    const { id: taskId, attempt } = this.task;
    const status = this.#cancelled ? 'Cancelled' : end.exitCode === 0 ? 'Completed' : 'Failed';
    return {
      taskId,
      attempt,
      workerId: this.workerId,
      resultId: resultId(taskId, attempt),
      status,
      exitCode: end.exitCode,
      signal: end.signal,
      error: status === 'Completed' ? null : this.#reason(status, end).slice(0, MAX_ERROR_LENGTH),
      output: this.#output.headAndTail(OUTPUT_LIMIT),
      data: this.#follower.data,
      evidence: end.evidence,
    };
  }

  #reason(status: 'Failed' | 'Cancelled', { signal, exitCode }: CommandEnd): string {
    const how = signal ? `ended by ${signal}` : `exited with status ${exitCode}`;
    if (status === 'Cancelled') return `Cancelled on request; the command ${how}.`;
    return this.#follower.error ?? `The command ${how}${this.#lastText ? `: ${this.#lastText}` : ''}`;
  }

  #taskEnvironment(): Record<string, string> {
    const { id, attempt, requestId, traceparent } = this.task;
    return {
      PROVISIONING_TASK_ID: id,
      PROVISIONING_ATTEMPT: String(attempt),
      // Not the attempt's: what one attempt began, the next one must recognise.
      PROVISIONING_IDEMPOTENCY_KEY: id,
      PROVISIONING_REQUEST_ID: requestId,
      ...(traceparent ? { TRACEPARENT: traceparent } : {}),
    };
  }

  /** Tries until Postgres has answered; only once where the work is given away anyway. */
  async #persistently<T>(act: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (this.#abandoned) return undefined;
        executorLog('warn', 'postgres does not take a result, trying again', {
          task_id: this.task.id,
          error: String(error),
        });
        await sleep(RETRY_MS);
      }
    }
  }
}

/** A version-8 UUID (RFC 9562) made from the attempt: every repeat of a result has the same. */
function resultId(taskId: string, attempt: number): string {
  const hex = createHash('sha256').update(`${taskId}:${attempt}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
