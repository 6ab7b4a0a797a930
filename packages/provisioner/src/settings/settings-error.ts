import { atPlace } from '@provisioning/input/documents';

/** One fault of the settings, and its place. */
export interface Fault {
  /** Relative to the workspace: `production/config.ncl`. */
  file: string;
  line?: number;
  column?: number;
  /** `servers[1].plan`; empty for the file as a whole. */
  path: string;
  message: string;
  /** Of Nickel: the expression at the place. */
  expression?: string;
  /** Of Nickel: where the contract that is broken is written, or the other of two values that cannot be merged. */
  contract?: { file: string; line: number; column: number; expression: string };
}

/** `missing`: there is no file. `wrong`: the file is not valid. `refused`: the name of the file is not allowed. */
export type SettingsErrorKind = 'missing' | 'wrong' | 'refused';

const MAX_LISTED = 50;

/** The settings are not valid. `message` lists the faults, one a line; `faults` has all of them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    readonly kind: SettingsErrorKind,
    message: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }

  static of(faults: readonly Fault[]): SettingsError {
    const lines = faults.slice(0, MAX_LISTED).map(describeFault);
    if (faults.length > MAX_LISTED) lines.push(`… and ${faults.length - MAX_LISTED} more.`);
    return new SettingsError('wrong', lines.join('\n'), faults);
  }

  /** The first fault and the number of the others, in one line. */
  get brief(): string {
    const [first, ...others] = this.message.split('\n');
    if (this.faults.length > 1)
      return `${describeFault(this.faults[0]!)} (and ${this.faults.length - 1} more)`;
    return others.length === 0 ? String(first) : `${first} ${others.join(' ').trim()}`;
  }
}

/** `production/config.ncl:7:14: servers[1].plan must be a string, got a number. …` */
export function describeFault({ file, message, ...position }: Fault): string {
  return atPlace(file, position, message);
}
