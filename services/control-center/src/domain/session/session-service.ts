import { Failure } from '@provisioning/errors';
import { validate as isUuid } from 'uuid';
import type { Clock, IssuedToken, Page, SessionStore, TokenClaims, Tokens } from '../ports.js';
import { sameRoles } from '../user/user.js';
import { isOpen, tokenLifetime, type Lifetimes, type Session } from './session.js';

/** A client that did not get the answer tries again; after that, two hold the same token and one of them stole it. */
const RETRY_MS = 10_000;
/** `last_seen` is this coarse: not every request writes. */
const SEEN_EVERY_MS = 60_000;

export class SessionService {
  constructor(
    private readonly sessions: SessionStore,
    private readonly tokens: Tokens,
    private readonly lifetimes: Lifetimes,
    private readonly clock: Clock,
  ) {}

  /** @throws Failure `unauthenticated` unless the token is good and still stands for its session. */
  async authenticate(token: string): Promise<TokenClaims> {
    const now = this.clock();
    const claims = this.#read(token, now);
    const session = await this.sessions.find(claims.sessionId);
    const holds =
      session !== undefined &&
      isOpen(session, now) &&
      session.tokenId === claims.tokenId &&
      session.userId === claims.userId &&
      sameRoles(session.user.roles, claims.roles);
    if (!holds) throw revoked();
    if (now.getTime() - session.lastSeen.getTime() > SEEN_EVERY_MS)
      await this.sessions.touch(session.id, now);
    return claims;
  }

  /** Gives a new token for the session's current one, which is dead from then on. */
  async refresh(token: string): Promise<IssuedToken> {
    const now = this.clock();
    const { sessionId, tokenId } = this.#read(token, now);
    const session = await this.sessions.find(sessionId);
    if (session === undefined || !isOpen(session, now)) throw revoked();
    const { username, email, roles } = session.user;
    const issued = this.tokens.issue(
      { userId: session.userId, username, email, roles, sessionId },
      tokenLifetime(this.lifetimes, session.expiresAt, now),
      now,
    );
    if (!(await this.sessions.rotate(sessionId, tokenId, issued.tokenId, now))) {
      await this.#endIfStolen(sessionId, tokenId, now);
      throw revoked();
    }
    return issued;
  }

  async signOut(sessionId: string): Promise<void> {
    await this.sessions.end(sessionId, 'signed_out', this.clock());
  }

  listOwn(userId: string, page: Page): Promise<{ sessions: Session[]; total: number }> {
    return this.sessions.listOpen(userId, this.clock(), page);
  }

  /** @throws Failure `not_found`, for somebody else's session too: its existence is none of the caller's business. */
  async endOwn(userId: string, sessionId: string): Promise<void> {
    const now = this.clock();
    const session = await this.sessions.find(sessionId);
    if (session === undefined || session.userId !== userId || !isOpen(session, now)) {
      throw new Failure('not_found', 'You have no such session. GET /auth/sessions lists yours.');
    }
    await this.sessions.end(sessionId, 'signed_out', now);
  }

  #read(token: string, now: Date): TokenClaims {
    const claims = this.tokens.verify(token, now);
    if (!isUuid(claims.sessionId) || !isUuid(claims.tokenId)) throw revoked();
    return claims;
  }

  async #endIfStolen(sessionId: string, tokenId: string, now: Date): Promise<void> {
    const rotatedAt = await this.sessions.rotatedAt(tokenId);
    if (rotatedAt !== undefined && now.getTime() - rotatedAt.getTime() > RETRY_MS) {
      await this.sessions.end(sessionId, 'refresh_reuse', now);
    }
  }
}

function revoked(): Failure {
  return new Failure('unauthenticated', 'The token is no longer valid. Sign in again.', {
    code: 'token_revoked',
  });
}
