import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DriverError, type ServerScript } from '../drivers/driver.js';
import type { Timing } from './timing.js';

let helpers: string | undefined;

/** What is sent to a server to run a script there. */
export interface RemoteSession {
  /** The command for the login shell, whichever shell that is. */
  command: string;
  /** The first input of that command. */
  input: string;
  /** The prefix of lines that are not output of the script. */
  mark: string;
  /** The environment variable that marks every process of the script. */
  cookie: string;
}

// Start files may be slow, print text or fail: only those of the login shell are read.
const ENTER = `bash --norc -c 'IFS= read -rd "" head && eval "$head"'`;
// Sent after each text.
const END = '\0';

/** @throws DriverError if the script cannot be sent unchanged */
export function sessionFor(script: ServerScript, user: string, timing: Timing): RemoteSession {
  return session('run_script', `exec 3<&-\n${exports(script.environment)}${script.text}\n`, user, timing);
}

/** Ends the processes of a script whose own session cannot be reached. */
export function endOf({ cookie }: RemoteSession, user: string, timing: Timing): RemoteSession {
  return session('end_and_tell', '', user, timing, cookie);
}

function session(
  call: string,
  text: string,
  user: string,
  { silenceMs, graceMs }: Timing,
  cookie = randomBytes(12).toString('hex'),
): RemoteSession {
  helpers ??= readFileSync(new URL('../../shell/ssh-session.sh', import.meta.url), 'utf8');
  const mark = `provisioning-ssh-${randomBytes(12).toString('hex')}`;
  const values = `mark=${mark} cookie=${cookie} silence=${silenceMs / 1000} grace=${Math.ceil(graceMs / 1000)}`;
  if (text.includes(END)) throw unfit('The script must not contain a NUL character');
  return {
    command: user === 'root' ? ENTER : `sudo -n ${ENTER}`,
    input: `${values}\n${helpers}\n${call}\n${END}${text}${END}`,
    mark,
    cookie,
  };
}

function exports(environment: Record<string, string>): string {
  return Object.entries(environment)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw unfit(`${JSON.stringify(name)} is not a valid name of a variable`);
      }
      return `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`;
    })
    .join('');
}

function unfit(what: string): DriverError {
  return new DriverError(`${what}. Nothing was run.`, { permanent: true });
}
