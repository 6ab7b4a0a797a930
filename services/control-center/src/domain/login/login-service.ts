import { v7 as uuidv7 } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type { CheckedCode, SecondFactor } from '../mfa/second-factor.js';
import type { Clock } from '../clock.js';
import type { IssuedToken, TokenScope, Tokens } from '../session/tokens.js';
import type { Stores, UnitOfWork } from '../unit-of-work.js';
import { tokenLifetime, type Lifetimes } from '../session/session.js';
import type { User, UserCredentials } from '../user/user.js';
import type { PasswordCheck } from './password-check.js';
import {
  codeInvalid,
  codeRequired,
  factorMissing,
  recordLock,
  recordRefusal,
  refused,
  type Attempt,
  type RefusalReason,
} from './refusal.js';

/** The credentials of a sign-in, and the client. */
export interface LoginRequest {
  username: string;
  password: string;
  mfaCode: string | undefined;
  /** The network that failures are counted for as one client. */
  network: string;
  ip: string;
  userAgent: string | undefined;
  actor: AuditActor;
}

/** A successful sign-in. */
export interface Login {
  token: string;
  expiresAt: Date;
  user: User;
}

/** What sign-in is built from. */
export interface LoginNeeds {
  work: UnitOfWork;
  passwords: PasswordCheck;
  secondFactor: SecondFactor;
  tokens: Tokens;
  lifetimes: Lifetimes;
  clock: Clock;
  /** Returns what the user's next token is restricted to; undefined for no restriction. */
  scopeOf: (user: { roles: readonly string[]; mfaEnabled: boolean }) => TokenScope | undefined;
}

/** Signs users in. */
export class LoginService {
  constructor(private readonly needs: LoginNeeds) {}

  /**
   * @throws Failure `unauthenticated`. Until the password is verified, it is always the same after about the same time:
   * the answer must not reveal which users exist, are disabled or are locked out.
   */
  async signIn(request: LoginRequest): Promise<Login> {
    const { passwords, secondFactor, work } = this.needs;
    const checked = await passwords.check(request);
    const attempt = { user: checked.user, name: request.username, actor: request.actor };
    if (!checked.right) {
      await work.run(async (stores) => {
        await recordRefusal(stores, attempt, checked.reason);
        if (checked.locks) await recordLock(stores, attempt, 'password');
      });
      throw refused();
    }
    const code = await secondFactor.check(checked.user, request.mfaCode);
    if (code.kind === 'required' || code.kind === 'wrong') return this.#refuseCode(attempt, code);
    if (code.kind === 'missing') return this.#refuseMissing(checked.user, attempt);
    return this.#open(checked.user, code, request, attempt);
  }

  async #refuseCode(
    attempt: Attempt,
    code: Extract<CheckedCode, { kind: 'required' | 'wrong' }>,
  ): Promise<never> {
    await this.needs.work.run(async (stores) => {
      if (code.kind === 'required') return recordRefusal(stores, attempt, 'mfa_required');
      await recordRefusal(stores, attempt, code.reason);
      if (code.locksAfter !== undefined) await recordLock(stores, attempt, 'mfa', code.locksAfter);
    });
    throw code.kind === 'required' ? codeRequired() : codeInvalid();
  }

  /** The factor was read after the user: an administrator may have removed it in between. */
  async #refuseMissing({ id, tokenEpoch }: UserCredentials, attempt: Attempt): Promise<never> {
    const reason = await this.needs.work.run(async (stores) => {
      const isSame = (await stores.users.find(id))?.tokenEpoch === tokenEpoch;
      const found = isSame ? ('mfa_missing' as const) : ('changed_meanwhile' as const);
      await recordRefusal(stores, attempt, found);
      return found;
    });
    throw reason === 'mfa_missing' ? factorMissing() : refused();
  }

  async #open(
    user: UserCredentials,
    code: CheckedCode,
    request: LoginRequest,
    attempt: Attempt,
  ): Promise<Login> {
    const now = this.needs.clock();
    const opened = await this.needs.work.run(async (stores) => {
      const outcome = await this.#write(stores, user, code, request, now);
      if (typeof outcome === 'string') await recordRefusal(stores, attempt, outcome);
      return outcome;
    });
    if (typeof opened === 'string') throw opened === 'mfa_used_code' ? codeInvalid() : refused();
    const { passwordHash: _hash, ...known } = user;
    return { ...opened, user: { ...known, lastLogin: now } };
  }

  async #write(
    stores: Stores,
    user: UserCredentials,
    code: CheckedCode,
    { ip, userAgent, actor }: LoginRequest,
    now: Date,
  ): Promise<IssuedToken | RefusalReason> {
    const { secondFactor, tokens, lifetimes, scopeOf } = this.needs;
    // While the checks ran, the user may have been disabled or the code used.
    const login = await stores.users.recordLogin(user.id, user.tokenEpoch, now);
    if (!login) return 'changed_meanwhile';
    const { id: userId, username, email, roles } = user;
    if (!(await secondFactor.use(stores, { userId, username, actor }, code))) return 'mfa_used_code';
    // Later than every revocation of the user, even within one millisecond or where another process has a faster clock.
    const createdAt = new Date(Math.max(now.getTime(), (login.tokensRevokedAt?.getTime() ?? 0) + 1));
    const sessionId = uuidv7();
    const expiresAt = new Date(createdAt.getTime() + lifetimes.sessionSeconds * 1000);
    const scope = scopeOf(user);
    const issued = tokens.issue(
      { userId, username, email, roles, sessionId, ...(scope && { scope }) },
      tokenLifetime(lifetimes, expiresAt, createdAt),
      createdAt,
    );
    const { tokenId } = issued;
    await stores.sessions.insert({ id: sessionId, userId, tokenId, createdAt, expiresAt, ip, userAgent });
    await stores.audit.append({
      ...actor,
      userId,
      username,
      sessionId,
      action: 'auth.login',
      resource: `users/${userId}`,
      result: 'success',
      details: { second_factor: code.kind, ...(scope && { scope }) },
    });
    return issued;
  }
}
