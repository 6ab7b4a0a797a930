import type { Knex } from 'knex';
import type { Page, SessionStore } from '../domain/ports.js';
import type { EndReason, NewSession, Session } from '../domain/session/session.js';

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
];

/** `database` may be a transaction. */
export class PostgresSessionStore implements SessionStore {
  constructor(private readonly database: Knex) {}

  async find(id: string): Promise<Session | undefined> {
    const row = await this.#withUser().first(COLUMNS).where('sessions.id', id);
    return row && toSession(row);
  }

  async listOpen(
    userId: string,
    now: Date,
    { limit, offset }: Page,
  ): Promise<{ sessions: Session[]; total: number }> {
    const open = () =>
      this.#withUser().where({ user_id: userId, ended_at: null }).where('expires_at', '>', now);
    const [rows, counted] = await Promise.all([
      open().select(COLUMNS).orderBy('sessions.id', 'desc').limit(limit).offset(offset),
      open().count({ total: '*' }),
    ]);
    return { sessions: rows.map(toSession), total: Number(counted[0]?.['total'] ?? 0) };
  }

  async insert(session: NewSession): Promise<void> {
    await this.database('sessions').insert({
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

  /** One statement: of several at the same time, one finds its token in place, the others find it replaced. */
  async rotate(id: string, from: string, to: string, at: Date): Promise<boolean> {
    const { rows } = (await this.database.raw(
      `with rotated as (
         update sessions set token_id = :to, generation = generation + 1, last_seen = :at
          where id = :id and token_id = :from and ended_at is null
          returning id
       )
       insert into rotated_tokens (token_id, session_id, rotated_at)
       select :from, id, :at from rotated
       returning token_id`,
      { id, from, to, at },
    )) as { rows: unknown[] };
    return rows.length === 1;
  }

  async rotatedAt(tokenId: string): Promise<Date | undefined> {
    const row = await this.database<{ token_id: string; rotated_at: Date }>('rotated_tokens')
      .first('rotated_at')
      .where({ token_id: tokenId });
    return row?.rotated_at;
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.database('sessions').where({ id }).where('last_seen', '<', at).update({ last_seen: at });
  }

  async end(id: string, reason: EndReason, at: Date): Promise<void> {
    await this.#open().where({ id }).update({ ended_at: at, ended_reason: reason });
  }

  async endAllOf(userId: string, reason: EndReason, at: Date): Promise<void> {
    await this.#open().where({ user_id: userId }).update({ ended_at: at, ended_reason: reason });
  }

  #withUser() {
    return this.database<SessionWithUserRow>('sessions').join('users', 'users.id', 'user_id');
  }

  #open() {
    return this.database('sessions').whereNull('ended_at');
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
    user: { username: row.username, email: row.email, roles: row.roles, enabled: row.enabled },
  };
}
