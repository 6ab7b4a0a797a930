import { atPlace } from '@provisioning/input/documents';

/** One thing wrong with the settings, and where. */
export interface Fault {
  /** Relative to the workspace: `production/config.ncl`. */
  file: string;
  line?: number;
  column?: number;
  /** `servers[1].plan`, empty for the file as a whole. */
  path: string;
  message: string;
}

/** `missing`: nothing is there to read. `wrong`: what is there cannot be used. `refused`: the name itself is bad. */
export type SettingsErrorKind = 'missing' | 'wrong' | 'refused';

const MAX_LISTED = 50;

/** The settings cannot be used. `message` lists the faults, one a line; `faults` has them all. */
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

  /** The first fault, and how many more there are: what fits in one line. */
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
