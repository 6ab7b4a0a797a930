import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WHAT = ['start', 'end', 'task-held', 'infra-held'] as const;

/** The lines that commands wrote, in their order. */
export interface WitnessLine {
  what: (typeof WHAT)[number];
  task: string;
  attempt: number;
  pid: number;
  /** Seconds of the machine's monotonic clock. */
  at: number;
}

/**
 * The stand-in for every command, and the file to which it writes its actions: no part of the platform writes there.
 */
export class Witness {
  readonly program: string;
  readonly #log: string;

  constructor(folder: string) {
    this.program = join(folder, 'stand-in.sh');
    this.#log = join(folder, 'witness.log');
    mkdirSync(join(folder, 'locks'));
    copyFileSync(join(import.meta.dirname, 'stand-in.sh'), this.program);
    chmodSync(this.program, 0o755);
    writeFileSync(this.#log, '');
  }

  lines(): WitnessLine[] {
    return readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(parse);
  }
}

function parse(line: string): WitnessLine {
  const [word, task = '', attempt, pid, at] = line.split(' ');
  const what = WHAT.find((known) => known === word);
  if (what === undefined || at === undefined) throw new Error(`The witness holds a broken line: ${line}`);
  return { what, task, attempt: Number(attempt), pid: Number(pid), at: Number(at) };
}

/** The machine's clock, as the witness reads it. */
export function uptime(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
}
