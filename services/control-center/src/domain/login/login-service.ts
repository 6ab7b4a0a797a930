import { createHash } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Clock, PasswordHasher, Tokens, UnitOfWork, UserStore } from '../ports.js';
import { tokenLifetime, type Lifetimes } from '../session/session.js';
import { LONGEST_PASSWORD_BYTES } from '../user/password-rules.js';
import type { User, UserCredentials } from '../user/user.js';
import { canonicalUsername } from '../user/username.js';
import type { Lockout } from './lockout.js';

export interface LoginRequest {
  username: string;
  password: string;
  /** What counts as one client when failures are counted. */
  network: string;
  ip: string;
  userAgent: string | undefined;
}

export interface Login {
  token: string;
  expiresAt: Date;
  user: User;
}

export class LoginService {
  constructor(
    private readonly users: UserStore,
    private readonly work: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly tokens: Tokens,
    private readonly lockout: Lockout,
    private readonly lifetimes: Lifetimes,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Failure `unauthenticated`, always the same after about the same time: an answer must not tell who exists,
   * who is disabled and who is locked out.
   */
  async signIn(request: LoginRequest): Promise<Login> {
    const username = canonicalUsername(request.username);
    let user: UserCredentials | undefined;
    const outcome = await this.lockout.attempt(
      keyOf(username ?? request.username, request.network),
      async () => {
        user = username === undefined ? undefined : await this.users.findCredentials(username);
        return this.#isRight(user, request.password);
      },
    );
    if (outcome === 'locked') await this.hasher.pretend();
    if (outcome !== 'right' || user === undefined) throw refused();
    return this.#open(user, request);
  }

  async #isRight(user: UserCredentials | undefined, password: string): Promise<boolean> {
    // No user can have a longer one; it must take the time of any other wrong one all the same.
    const possible = Buffer.byteLength(password) <= LONGEST_PASSWORD_BYTES;
    const matches = await this.hasher.matches(
      possible ? password : '',
      possible ? user?.passwordHash : undefined,
    );
    return matches && user !== undefined && user.enabled;
  }

  async #open(user: UserCredentials, { ip, userAgent }: LoginRequest): Promise<Login> {
    const now = this.clock();
    const sessionId = uuidv7();
    const sessionEnd = new Date(now.getTime() + this.lifetimes.sessionSeconds * 1000);
    const { token, tokenId, expiresAt } = this.tokens.issue(
      { userId: user.id, username: user.username, email: user.email, roles: user.roles, sessionId },
      tokenLifetime(this.lifetimes, sessionEnd, now),
      now,
    );
    await this.work.run(async ({ users, sessions }) => {
      // The check took long enough for the user to have been disabled meanwhile.
      if (!(await users.recordLogin(user.id, user.tokenEpoch, now))) throw refused();
      await sessions.insert({
        id: sessionId,
        userId: user.id,
        tokenId,
        createdAt: now,
        expiresAt: sessionEnd,
        ip,
        userAgent,
      });
    });
    const { passwordHash: _hash, ...known } = user;
    return { token, expiresAt, user: { ...known, lastLogin: now } };
  }
}

/** A digest: people type passwords into the field for the name, and what is counted is stored. */
function keyOf(username: string, network: string): string {
  return createHash('sha256')
    .update(JSON.stringify([username, network]))
    .digest('hex');
}

function refused(): Failure {
  return new Failure('unauthenticated', 'The username or the password is wrong.', {
    code: 'invalid_credentials',
  });
}
