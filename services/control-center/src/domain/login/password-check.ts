import type { PasswordHasher } from '../user/password-hasher.js';
import type { UserStore } from '../user/user-store.js';
import { LONGEST_PASSWORD_BYTES } from '../user/password-rules.js';
import { canonicalPassword } from '../user/password-text.js';
import type { UserCredentials } from '../user/user.js';
import { canonicalUsername } from '../user/username.js';
import { attemptKeyOf, userKeyOf } from './attempt-key.js';
import type { Delay } from './delay.js';
import type { Lockout } from './lockout.js';
import type { RefusalReason } from './refusal.js';

/** A username and a password, with the client. */
export interface PasswordRequest {
  username: string;
  password: string;
  /** The network that failures are counted for as one client. */
  network: string;
}

/** The outcome of a check: the user, or why the password was not accepted. */
export type CheckedPassword =
  | { right: true; user: UserCredentials }
  | { right: false; user: UserCredentials | undefined; reason: RefusalReason; locks: boolean };

/** Verifies passwords and limits how fast they can be guessed. */
export class PasswordCheck {
  constructor(
    private readonly users: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly lockout: Lockout,
    private readonly delay: Delay,
  ) {}

  /** Takes about the same time for every outcome. */
  async check({ username: name, password, network }: PasswordRequest): Promise<CheckedPassword> {
    const username = canonicalUsername(name);
    const key = username ?? name;
    await this.delay.wait(userKeyOf(key));
    let user: UserCredentials | undefined;
    const outcome = await this.lockout.attempt(attemptKeyOf(key, network), async () => {
      user = username === undefined ? undefined : await this.users.findCredentials(username);
      return (await this.#matches(user, password)) && user?.enabled === true;
    });
    if (outcome === 'right' && user) return { right: true, user };
    if (outcome === 'locked') {
      await this.hasher.pretend();
      user = username === undefined ? undefined : await this.users.findCredentials(username);
      return { right: false, user, reason: 'locked', locks: false };
    }
    await this.delay.failed(userKeyOf(key));
    return { right: false, user, reason: reasonOf(user), locks: outcome === 'last' };
  }

  async #matches(user: UserCredentials | undefined, password: string): Promise<boolean> {
    // No stored password is that long, but the check must take as long as that of any other wrong password.
    const possible = Buffer.byteLength(canonicalPassword(password)) <= LONGEST_PASSWORD_BYTES;
    const matches = await this.hasher.matches(
      possible ? password : '',
      possible ? user?.passwordHash : undefined,
    );
    return matches && user !== undefined;
  }
}

function reasonOf(user: UserCredentials | undefined): RefusalReason {
  if (!user) return 'unknown_user';
  return user.enabled ? 'wrong_password' : 'disabled';
}
