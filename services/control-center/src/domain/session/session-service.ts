import { Failure } from '@provisioning/errors';
import { validate as isUuid } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type { Clock } from '../clock.js';
import type { Page } from '../page.js';
import type { Stores, UnitOfWork } from '../unit-of-work.js';
import type { SessionStore } from './session-store.js';
import type { IssuedToken, TokenClaims, TokenScope, Tokens } from './tokens.js';
import { sameRoles } from '../user/user.js';
import { isOpen, tokenLifetime, type Lifetimes, type Session } from './session.js';

/**
 * The period in which a client that did not receive the answer may refresh again. After it, two clients hold the same
 * token and one of them stole it.
 */
const RETRY_MS = 10_000;
/** The resolution of `last_seen`: most requests do not write. */
const SEEN_EVERY_MS = 60_000;

/** What sessions are built from. */
export interface SessionNeeds {
  sessions: SessionStore;
  work: UnitOfWork;
  tokens: Tokens;
  lifetimes: Lifetimes;
  clock: Clock;
  /** Returns what the user's next token is restricted to; undefined for no restriction. */
  scopeOf: (user: { roles: readonly string[]; mfaEnabled: boolean }) => TokenScope | undefined;
}

/** Authenticates, refreshes, lists and ends sessions. */
export class SessionService {
  constructor(private readonly needs: SessionNeeds) {}

  /**
   * @param accepted the scopes that the operation accepts.
   * @throws Failure `unauthenticated` unless the token is valid and is its session's current one.
   */
  async authenticate(token: string, accepted: readonly TokenScope[] = []): Promise<TokenClaims> {
    const { sessions, clock } = this.needs;
    const now = clock();
    const claims = this.#read(token, now, accepted);
    const session = await sessions.find(claims.sessionId);
    const holds =
      session !== undefined &&
      isOpen(session, now) &&
      session.tokenId === claims.tokenId &&
      session.userId === claims.userId &&
      sameRoles(session.user.roles, claims.roles);
    if (!holds) throw revoked();
    if (now.getTime() - session.lastSeen.getTime() > SEEN_EVERY_MS) await sessions.touch(session.id, now);
    return claims;
  }

  /** Replaces the session's current token by a new one; the old one is revoked. */
  async refresh(token: string, actor: AuditActor): Promise<IssuedToken> {
    const { sessions, work, tokens, lifetimes, clock, scopeOf } = this.needs;
    const now = clock();
    const { sessionId, tokenId } = this.#read(token, now, ['mfa_enrollment']);
    const session = await sessions.find(sessionId);
    if (session === undefined || !isOpen(session, now)) throw revoked();
    const { username, email, roles } = session.user;
    const scope = scopeOf(session.user);
    const issued = tokens.issue(
      { userId: session.userId, username, email, roles, sessionId, ...(scope && { scope }) },
      tokenLifetime(lifetimes, session.expiresAt, now),
      now,
    );
    const rotated = await work.run(async (stores) => {
      if (await stores.sessions.rotate(sessionId, tokenId, issued.tokenId, now)) return true;
      await endIfStolen(stores, session, tokenId, actor, now);
      return false;
    });
    if (!rotated) throw revoked();
    return issued;
  }

  async signOut(sessionId: string, actor: AuditActor): Promise<void> {
    const { work, clock } = this.needs;
    await work.run(async ({ sessions, audit }) => {
      if (!(await sessions.end(sessionId, 'signed_out', clock()))) return;
      await audit.append({ ...actor, ...record('auth.logout', sessionId) });
    });
  }

  listOwn(userId: string, page: Page): Promise<{ sessions: Session[]; total: number }> {
    return this.needs.sessions.listOpen(userId, this.needs.clock(), page);
  }

  /** @throws Failure `not_found`, also for another user's session, whose existence must not be revealed. */
  async endOwn(userId: string, sessionId: string, actor: AuditActor): Promise<void> {
    const { sessions, work, clock } = this.needs;
    const now = clock();
    const session = await sessions.find(sessionId);
    if (session === undefined || session.userId !== userId || !isOpen(session, now)) {
      throw new Failure('not_found', 'You have no such session. GET /auth/sessions lists yours.');
    }
    await work.run(async (stores) => {
      if (!(await stores.sessions.end(sessionId, 'signed_out', now))) return;
      await stores.audit.append({ ...actor, ...record('session.end', sessionId) });
    });
  }

  /** Ends all sessions of a user but one. */
  async endOthers(userId: string, keptId: string, actor: AuditActor): Promise<void> {
    const { work, clock } = this.needs;
    await work.run(async ({ sessions, audit }) => {
      await sessions.endOthersOf(userId, keptId, 'signed_out', clock());
      await audit.append({ ...actor, ...record('session.end_others', keptId) });
    });
  }

  #read(token: string, now: Date, accepted: readonly TokenScope[]): TokenClaims {
    const claims = this.needs.tokens.verify(token, now, accepted);
    if (!isUuid(claims.sessionId) || !isUuid(claims.tokenId)) throw revoked();
    return claims;
  }
}

async function endIfStolen(
  { sessions, audit }: Stores,
  session: Session,
  tokenId: string,
  actor: AuditActor,
  now: Date,
): Promise<void> {
  const rotatedAt = await sessions.rotatedAt(tokenId);
  if (rotatedAt === undefined || now.getTime() - rotatedAt.getTime() <= RETRY_MS) return;
  if (!(await sessions.end(session.id, 'refresh_reuse', now))) return;
  await audit.append({
    ...actor,
    userId: session.userId,
    username: session.user.username,
    sessionId: session.id,
    ...record('auth.refresh_reuse', session.id),
    result: 'denied',
    details: { token_id: tokenId, replaced_at: rotatedAt.toISOString() },
  });
}

function record(action: string, sessionId: string) {
  return { action, resource: `sessions/${sessionId}`, result: 'success', details: {} } as const;
}

/** Returns the Failure `unauthenticated` for a token that was valid once. */
export function revoked(): Failure {
  return new Failure('unauthenticated', 'The token is no longer valid. Sign in again.', {
    code: 'token_revoked',
  });
}
