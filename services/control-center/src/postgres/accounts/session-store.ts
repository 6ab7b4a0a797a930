import { newestFirst, countOf, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Page } from '../../domain/page.js';
import type { SessionStore, SessionWrites } from '../../domain/session/session-store.js';
import type { NewRevocation } from '../../domain/revocation/revocation.js';
import type { EndReason, NewSession, Session } from '../../domain/session/session.js';

interface SessionRow {
  id: string;
  user_id: string;
  token_id: string;
  created_at: Date;
  last_seen: Date;
  expires_at: Date;
  ip: string;
  user_agent: string | null;
  ended_at: Date | null;
}

interface SessionWithUserRow extends SessionRow {
  username: string;
  email: string;
  roles: string[];
  enabled: boolean;
  mfa_enabled: boolean;
}

const COLUMNS = [
  'sessions.id',
  'user_id',
  'token_id',
  'sessions.created_at',
  'last_seen',
  'expires_at',
  'ip',
  'user_agent',
  'ended_at',
  'username',
  'email',
  'roles',
  'enabled',
  'mfa_enabled',
];

/** Reads sessions from Postgres. */
export class PostgresSessionStore implements SessionStore {
  constructor(private readonly database: Knex) {}

  async find(id: string): Promise<Session | undefined> {
    const row = await this.#withUser().first(COLUMNS).where('sessions.id', id);
    return row && toSession(row);
  }

  async listOpen(userId: string, now: Date, page: Page): Promise<{ sessions: Session[]; total: number }> {
    const open = () =>
      this.#withUser().where({ user_id: userId, ended_at: null }).where('expires_at', '>', now);
    const [rows, total] = await Promise.all([
      newestFirst(open().select(COLUMNS), 'sessions.id', page),
      countOf(open()),
    ]);
    return { sessions: rows.map(toSession), total };
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.database('sessions').where({ id }).where('last_seen', '<', at).update({ last_seen: at });
  }

  #withUser() {
    return this.database<SessionWithUserRow>('sessions').join('users', 'users.id', 'user_id');
  }
}

/** Other services cache a user for some moments after the sessions ended, for API tokens and requests in progress. */
const LEAST_REVOCATION_MS = 60 * 60_000;

/** Changes sessions in Postgres within a unit of work, and revokes their tokens. */
export class PostgresSessionWrites extends PostgresSessionStore implements SessionWrites {
  /** @param revoke called with each revocation. */
  constructor(
    private readonly transaction: Knex,
    private readonly revoke: (revocation: NewRevocation) => void,
  ) {
    super(transaction);
  }

  async insert(session: NewSession): Promise<void> {
    await this.transaction('sessions').insert({
      id: session.id,
      user_id: session.userId,
      token_id: session.tokenId,
      created_at: session.createdAt,
      last_seen: session.createdAt,
      expires_at: session.expiresAt,
      ip: session.ip,
      user_agent: session.userAgent ?? null,
    });
  }

  /** One statement: of concurrent ones, one finds its token and the others find it replaced. */
  async rotate(id: string, from: string, to: string, at: Date): Promise<boolean> {
    const rows = await rowsOf<{ expires_at: Date }>(
      this.transaction,
      `with rotated as (
         update sessions set token_id = :to, generation = generation + 1, last_seen = :at
          where id = :id and token_id = :from and ended_at is null
          returning id, expires_at
       ), kept as (
         insert into rotated_tokens (token_id, session_id, rotated_at)
         select :from, id, :at from rotated
       )
       select expires_at from rotated`,
      { id, from, to, at },
    );
    const rotated = rows[0];
    if (!rotated) return false;
    this.revoke({ kind: 'token', subject: from, at, expiresAt: rotated.expires_at });
    return true;
  }

  async rotatedAt(tokenId: string): Promise<Date | undefined> {
    const row = await this.transaction<{ token_id: string; rotated_at: Date }>('rotated_tokens')
      .first('rotated_at')
      .where({ token_id: tokenId });
    return row?.rotated_at;
  }

  async end(id: string, reason: EndReason, at: Date): Promise<boolean> {
    return (await this.#end(this.#open().where({ id }), reason, at)) > 0;
  }

  async endOthersOf(userId: string, keptId: string, reason: EndReason, at: Date): Promise<void> {
    await this.#end(this.#open().where({ user_id: userId }).whereNot({ id: keptId }), reason, at);
  }

  /**
   * One revocation for all sessions and API tokens. It is not earlier than any token that was issued, since the clocks
   * of the processes may differ.
   */
  async endAllOf(userId: string, reason: EndReason, at: Date): Promise<void> {
    const rows = await rowsOf<{ tokens_revoked_at: Date; expires_at: Date | null }>(
      this.transaction,
      `with ended as (
         update sessions set ended_at = :at, ended_reason = :reason
          where user_id = :userId and ended_at is null
          returning greatest(created_at, last_seen) as active_at, expires_at
       )
       update users set tokens_revoked_at =
         greatest(:at, tokens_revoked_at, (select max(active_at) from ended))
        where id = :userId
        returning tokens_revoked_at, (select max(expires_at) from ended) as expires_at`,
      { userId, reason, at },
    );
    const row = rows[0];
    if (!row) return;
    const least = row.tokens_revoked_at.getTime() + LEAST_REVOCATION_MS;
    this.revoke({
      kind: 'user',
      subject: userId,
      at: row.tokens_revoked_at,
      expiresAt: new Date(Math.max(least, row.expires_at?.getTime() ?? 0)),
    });
  }

  async #end(sessions: Knex.QueryBuilder, reason: EndReason, at: Date): Promise<number> {
    // Safe cast: Knex does not type returned columns of an untyped query.
    const ended = (await sessions
      .update({ ended_at: at, ended_reason: reason })
      .returning(['id', 'expires_at'])) as { id: string; expires_at: Date }[];
    for (const { id, expires_at } of ended)
      this.revoke({ kind: 'session', subject: id, at, expiresAt: expires_at });
    return ended.length;
  }

  #open() {
    return this.transaction('sessions').whereNull('ended_at');
  }
}

function toSession(row: SessionWithUserRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    tokenId: row.token_id,
    createdAt: row.created_at,
    lastSeen: row.last_seen,
    expiresAt: row.expires_at,
    ip: row.ip,
    userAgent: row.user_agent ?? undefined,
    endedAt: row.ended_at,
    user: {
      username: row.username,
      email: row.email,
      roles: row.roles,
      enabled: row.enabled,
      mfaEnabled: row.mfa_enabled,
    },
  };
}
