import picocolors from 'picocolors';
import type { Entry } from './severity.js';

/** Where the launcher prints, for example standard output. */
export interface Output {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** All output of the launcher: phases with their time, reports of processes, and other lines unchanged. */
export class Terminal {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  readonly #output: Output;
  readonly #verbose: boolean;

  constructor(output: Output, options: { verbose: boolean }) {
    this.#output = output;
    this.#verbose = options.verbose;
    // picocolors itself reads NO_COLOR and FORCE_COLOR.
    this.colors = picocolors.createColors(picocolors.isColorSupported && output.isTTY === true);
  }

  line(text = ''): void {
    this.#output.write(`${text}\n`);
  }

  /** Runs one phase of the start, and prints its outcome and its duration. */
  async phase<T>(
    name: string,
    work: () => Promise<T>,
    describe: (result: T) => string = () => '',
  ): Promise<T> {
    const since = performance.now();
    const seconds = (): string => this.colors.dim(`${((performance.now() - since) / 1000).toFixed(1)} s`);
    try {
      const result = await work();
      const detail = describe(result);
      this.line(`${this.colors.green('ok')}    ${[name, detail].filter(Boolean).join(': ')}  ${seconds()}`);
      return result;
    } catch (error) {
      this.line(`${this.colors.red('failed')} ${name}  ${seconds()}`);
      throw error;
    }
  }

  /** A line of a process's log; only what matters is shown, unless everything was requested. */
  entry(process: string, { severity, text }: Entry): void {
    if (severity === 'info' && !this.#verbose) return;
    const mark =
      severity === 'error'
        ? this.colors.red('error: ')
        : severity === 'warn'
          ? this.colors.yellow('warning: ')
          : '';
    this.line(`${this.colors.dim(`[${process}]`)} ${mark}${text}`);
  }

  /** A line about what the supervisor itself has done. */
  notice(text: string): void {
    this.line(`${this.colors.yellow('note')}  ${text}`);
  }
}
