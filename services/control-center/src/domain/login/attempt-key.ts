import { createHash } from 'node:crypto';

/** Identifies counted sign-ins: those of one user from one client. Both members are digests. */
export interface AttemptKey {
  /** The user and the client. */
  key: string;
  /** The user, for all clients. */
  user: string;
}

/** @param network the network that failures are counted for as one client */
export function attemptKeyOf(username: string, network: string): AttemptKey {
  return { key: digestOf(username, network), user: userKeyOf(username) };
}

/** The key of a user's sign-ins from all clients. */
export function userKeyOf(username: string): string {
  return digestOf(username);
}

/** A digest, since the key is stored and users sometimes type a password into the username field. */
function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
