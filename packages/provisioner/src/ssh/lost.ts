import { codeOf } from '@provisioning/errors';
import { shown, type SshTarget } from './ssh-target.js';

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'ends connections',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  EHOSTDOWN: 'cannot be reached',
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'has an unknown host name',
  EAI_AGAIN: 'has a host name that cannot be resolved now',
};

/** A connection failed or was lost: a repetition may succeed. */
export class Lost extends Error {
  /** What the server does, as the end of a sentence that starts with its address. */
  readonly how: string;

  constructor(target: SshTarget, cause?: unknown) {
    const code = codeOf(cause);
    const known = code === undefined ? undefined : REASONS[code];
    const how = known ?? 'ended the connection';
    super(`${shown(target)} ${how}`, { cause });
    this.how = how;
  }
}
