import type { FromDriverHost, Report } from '@provisioning/provisioner/host-protocol';
import type { Work, WorkEnd } from './work.js';

/** What an operation says that is beyond this is not kept: it is told by its reports, not by its output. */
const MAX_OUTPUT = 1024 * 1024;

/** An operation that runs in the driver host. What it says is kept here until it is read. */
export class HostedOperation implements Work {
  readonly ended: Promise<WorkEnd>;
  #end: (end: WorkEnd) => void = () => {};
  #over = false;
  #lines: string[] = [];
  #reports: Report[] = [];
  #output = '';
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
        this.#lines.push(...message.text.split('\n'));
        if (this.#output.length < MAX_OUTPUT) this.#output += `${message.text}\n`;
        break;
      case 'report':
        this.#reports.push(message.report);
        break;
      case 'intend': {
        const { number, intent } = message;
        void (this.onIntent?.(intent) ?? Promise.resolve()).then(() => this.host.intended(number));
        break;
      }
      case 'ended': {
        const { outcome, error, permanent, satisfied } = message;
        this.#settle({ outcome, exitCode: null, signal: null, error, permanent, satisfied, evidence: {} });
        break;
      }
    }
  }

  /** The host is gone, and with it everything that this operation was doing. */
  lost(reason: string): void {
    this.#settle({
      outcome: 'lost',
      exitCode: null,
      signal: null,
      error: reason,
      evidence: { lost: reason },
    });
  }

  // The host is ticked, not its operations.
  tick(): void {}

  /** What does not end by itself is ended with the whole host: the others that run there are made again. */
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

  readLines(): string[] {
    return this.#lines.splice(0);
  }

  readRest(): string[] {
    return [];
  }

  readReports(): Report[] {
    return this.#reports.splice(0);
  }

  output(limit: number): string {
    return this.#output.slice(0, limit);
  }

  close(): void {
    clearTimeout(this.#grace);
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
