import { DriverError, type ServerScript } from '../drivers/driver.js';
import type { Outcome } from './converse.js';
import { shown, type SshTarget } from './ssh-target.js';
import type { Timing } from './timing.js';

const NOT_FOUND = 127;

/** The error for a login that did not start a script. */
export function neverBegun(target: SshTarget, user: string, { status, errors }: Outcome): DriverError {
  const host = shown(target);
  const said = errors === '' ? '' : ` Its output: ${errors.replace(/\s*\n\s*/g, ' | ')}`;
  if (status === NOT_FOUND) {
    return new DriverError(`${host}: bash${user === 'root' ? '' : ' or sudo'} is not installed.${said}`, {
      permanent: true,
    });
  }
  if (user !== 'root' && /\bsudo\b/.test(errors)) {
    return new DriverError(
      `${host}: ${user} cannot become root without a password.${said} Allow it there with the line ` +
        `"${user} ALL=(ALL) NOPASSWD:ALL" in a file below /etc/sudoers.d, or log in as root.`,
      { permanent: true },
    );
  }
  return new DriverError(
    `${host}: the login of ${user} ended before a script could start (exit status ${status ?? 'unknown'}).${said} ` +
      'Log in manually to find the reason, then run the command again.',
  );
}

/** The error for a connection that was lost during a script, or a script that was ended by a user of the server. */
export function cutOff(target: SshTarget, ended: boolean, timing: Timing): DriverError {
  return new DriverError(
    `${shown(target)}: the connection was lost while a script ran there. ${whatIsLeft(ended, timing)} Run the command ` +
      'again; completed steps are not repeated.',
  );
}

/** The error for a script that reached its time limit. */
export function tookTooLong(
  target: SshTarget,
  { timeoutSeconds }: ServerScript,
  ended: boolean,
  timing: Timing,
): DriverError {
  return new DriverError(
    `${shown(target)}: a script took more than ${timeoutSeconds} seconds. ${whatIsLeft(ended, timing)} Check the load of ` +
      'the server, then run the command again.',
  );
}

function whatIsLeft(ended: boolean, { silenceMs, graceMs }: Timing): string {
  const seconds = Math.ceil((silenceMs + graceMs) / 1000) + 5;
  return ended ? 'The script was terminated.' : `The script terminates on its own within ${seconds} seconds.`;
}
