import type { ClaimedTask, LogChunk } from '../domain/worker/ledger.js';
import { LineMasker } from './masking/line-masker.js';
import type { Masker } from './masking/masker.js';

/** Sends the lines of one attempt to Postgres: masked, numbered, and in chunks. */
export class RunLog {
  readonly #masker: LineMasker;
  #lastLine: number;
  #lastText = '';
  #unsent: LogChunk | undefined;

  constructor(
    private readonly task: Pick<ClaimedTask, 'id' | 'attempt' | 'lastLine'>,
    private readonly workerId: string,
    masker: Masker,
    private readonly append: (chunk: LogChunk) => Promise<void>,
  ) {
    this.#masker = new LineMasker(masker);
    this.#lastLine = task.lastLine;
  }

  /** The chunk without an answer; Postgres may have it all the same. */
  get unsent(): LogChunk | undefined {
    return this.#unsent;
  }

  /** The last line that is not blank, masked; empty if there was none. */
  get lastText(): string {
    return this.#lastText;
  }

  /** @param lines the next printed lines, not masked */
  add(lines: readonly string[]): void {
    this.#queue(this.#masker.next(lines));
  }

  /** Nothing was printed since the last read. */
  pause(): void {
    this.#queue(this.#masker.pause());
  }

  /** The output has ended. */
  end(): void {
    this.#queue(this.#masker.end());
  }

  /** A chunk that could not be sent is sent again before anything after it. */
  async send(): Promise<void> {
    if (!this.#unsent) return;
    await this.append(this.#unsent);
    this.#unsent = undefined;
  }

  #queue(lines: string[]): void {
    if (lines.length === 0) return;
    const { id: taskId, attempt } = this.task;
    if (this.#unsent) this.#unsent.lines.push(...lines);
    else
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
}
