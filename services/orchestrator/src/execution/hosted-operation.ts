import type { FromDriverHost, Report } from '@provisioning/provisioner/host-protocol';
import type { CutText } from './masking/masker.js';
import type { Work, WorkEnd } from './work.js';

/** The maximum output that is kept. Reports, not output, describe what an operation did. */
const MAX_OUTPUT = 1024 * 1024;
/** Longer lines are split, as in the output of commands. */
const MAX_LINE = 64 * 1024;
/** The size of one read, and of the buffer, in characters. While Postgres is away, nothing is read. */
const MAX_PIECE = 256 * 1024;
const MAX_WAITING = 16 * 1024 * 1024;

/** An operation that runs in the driver host. Its output is buffered here until it is read. */
export class HostedOperation implements Work {
  readonly ended: Promise<WorkEnd>;
  #end: (end: WorkEnd) => void = () => {};
  #over = false;
  #lines: string[] = [];
  #waiting = 0;
  #leftOut = 0;
  #reports: Report[] = [];
  #output = '';
  /** More than the output keeps. */
  #saidMore = false;
  readonly #signals: { signal: string; at: string; to: string }[] = [];
  #grace: NodeJS.Timeout | undefined;

  onIntent: Work['onIntent'];

  constructor(
    private readonly host: {
      cancel(): void;
      kill(): void;
      forget(): void;
      intended(number: number): void;
    },
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  receive(message: Exclude<FromDriverHost, { type: 'hello' }>): void {
    switch (message.type) {
      case 'log':
        this.#keep(message.text);
        this.#output += `${message.text}\n`.slice(0, MAX_OUTPUT - this.#output.length);
        this.#saidMore = this.#output.length === MAX_OUTPUT;
        break;
      case 'report':
        this.#reports.push(message.report);
        break;
      case 'intend': {
        const { number, intent } = message;
        void this.onIntent?.(intent).then((written) => {
          if (written) this.host.intended(number);
        });
        break;
      }
      case 'ended': {
        const { outcome, error, permanent, satisfied } = message;
        this.#settle({ outcome, exitCode: null, signal: null, error, permanent, satisfied, evidence: {} });
        break;
      }
    }
  }

  /**
   * The host has ended, and with it the work of this operation.
   * @param begun false if the operation was never sent to the host
   */
  lost(reason: string, begun: boolean): void {
    this.#settle({
      outcome: 'lost',
      exitCode: null,
      signal: null,
      error: reason,
      begun,
      evidence: { lost: reason },
    });
  }

  /** An operation that does not end is ended with the whole host; the other operations of the host are repeated. */
  cancel(graceSeconds: number): void {
    if (this.#over) return;
    if (this.#signals.length === 0) {
      this.#note('abort', 'operation');
      this.host.cancel();
    }
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.kill(), graceSeconds * 1000);
  }

  kill(): void {
    if (this.#over) return;
    clearTimeout(this.#grace);
    this.#note('SIGKILL', 'driver host');
    this.host.kill();
  }

  get hasOutput(): boolean {
    return this.#lines.length > 0;
  }

  readLines(): string[] {
    let size = 0;
    const beyond = this.#lines.findIndex((line) => (size += line.length + 1) > MAX_PIECE);
    const piece = this.#lines.splice(0, beyond === -1 ? this.#lines.length : Math.max(beyond, 1));
    this.#waiting -= sizeOf(piece);
    if (this.#lines.length === 0 && this.#leftOut > 0) {
      piece.push(`[… ${this.#leftOut} lines left out here: they came faster than they could be stored …]`);
      this.#leftOut = 0;
    }
    return piece;
  }

  readRest(): string[] {
    return [];
  }

  readReports(): Report[] {
    return this.#reports.splice(0);
  }

  output(limit: number): CutText {
    const head = this.#output.slice(0, limit);
    return this.#saidMore || head.length < this.#output.length
      ? { head, cut: { note: '', tail: '' } }
      : { head };
  }

  close(): void {
    clearTimeout(this.#grace);
  }

  #keep(text: string): void {
    const lines = text.split('\n').flatMap(cut);
    // Once a line was left out, all lines are until there is room for a note: order matters more than one line.
    if (this.#leftOut > 0 || this.#waiting > MAX_WAITING) this.#leftOut += lines.length;
    else {
      for (const line of lines) this.#lines.push(line);
      this.#waiting += sizeOf(lines);
    }
  }

  #note(signal: string, to: string): void {
    this.#signals.push({ signal, at: new Date().toISOString(), to });
  }

  #settle(end: WorkEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#grace);
    this.host.forget();
    this.#end({
      ...end,
      evidence: { ...end.evidence, signals: this.#signals, ended_at: new Date().toISOString(), left: [] },
    });
  }
}

function cut(line: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start === 0 || start < line.length; start += MAX_LINE)
    parts.push(line.slice(start, start + MAX_LINE));
  return parts;
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((size, line) => size + line.length + 1, 0);
}
