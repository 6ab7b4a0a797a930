import { parseArgs } from 'node:util';
import { Failure } from '@provisioning/errors';

/** The options of the command line. */
export interface LauncherOptions {
  /** Run the sample once everything is up. */
  demo: boolean;
  /** End after the sample. */
  exit: boolean;
  verbose: boolean;
  help: boolean;
}

export const USAGE = `npm start [-- options]         starts the platform and keeps it running until Ctrl-C
npm run demo [-- options]      the same, and runs the sample

  --exit       end after the sample: with status 0 if all of it completed
  --verbose    show what every process logs (it is always in <data directory>/logs)
  --help       this text

Settings come from the environment: ORCHESTRATOR_PORT, CONTROL_CENTER_PORT, DATABASE_URL, REDIS_URL, WORKERS,
PROVISIONING_DATA_DIR and others, listed in .env.example.`;

/** @throws Failure `invalid` for an option that does not exist. */
export function readOptions(args: string[]): LauncherOptions {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args, options: { demo: flag, exit: flag, verbose: flag, help: flag } });
    if (values.exit && !values.demo)
      throw new Error('--exit requires --demo: without the sample there is nothing to wait for');
    return values;
  } catch (error) {
    // Safe cast: parseArgs throws such errors.
    throw new Failure('invalid', `${faultIn(error as NodeJS.ErrnoException)}.\n\n${USAGE}`);
  }
}

/** The messages of `parseArgs` are for programmers; they begin with the argument in quotes. */
function faultIn({ code, message }: NodeJS.ErrnoException): string {
  const [, typed = ''] = /'([^']*)'/.exec(message) ?? [];
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `There is no option "${typed}"`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `"${typed}" is not expected here`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return `The option "${typed}" takes no value`;
    default:
      return message;
  }
}
