import { Failure } from '@provisioning/errors';
import { newestFirst, countOf, violatedConstraint } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Page } from '../../domain/page.js';
import type { ApiTokenWrites } from '../../domain/token/api-token-store.js';
import type { ApiToken } from '../../domain/token/api-token.js';
import type { User } from '../../domain/user/user.js';
import { PostgresUserStore } from './user-store.js';

interface ApiTokenRow {
  id: string;
  user_id: string;
  name: string;
  roles: string[];
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
}

const COLUMNS: readonly (keyof ApiTokenRow)[] = [
  'id',
  'user_id',
  'name',
  'roles',
  'created_at',
  'expires_at',
  'last_used_at',
];

/** `database` may be a transaction. */
export class PostgresApiTokenStore implements ApiTokenWrites {
  constructor(private readonly database: Knex) {}

  async find(hash: string): Promise<{ token: ApiToken; user: User } | undefined> {
    const row = await this.#tokens()
      .first(...COLUMNS)
      .where('hash', Buffer.from(hash, 'hex'));
    const user = row && (await new PostgresUserStore(this.database).find(row.user_id));
    return row && user && { token: toToken(row), user };
  }

  async listOf(userId: string, now: Date, page: Page): Promise<{ tokens: ApiToken[]; total: number }> {
    const live = () => this.#tokens().where({ user_id: userId }).where('expires_at', '>', now);
    const [rows, total] = await Promise.all([
      newestFirst(live().select(...COLUMNS), 'id', page),
      countOf(live()),
    ]);
    return { tokens: rows.map(toToken), total };
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.#tokens().where({ id }).update({ last_used_at: at });
  }

  async insert(token: ApiToken, hash: string, now: Date): Promise<void> {
    const { id, userId, name, roles, createdAt, expiresAt } = token;
    await this.#tokens().where({ user_id: userId, name }).where('expires_at', '<=', now).delete();
    await this.database('api_tokens')
      .insert({
        id,
        user_id: userId,
        name,
        roles: [...roles],
        hash: Buffer.from(hash, 'hex'),
        created_at: createdAt,
        expires_at: expiresAt,
      })
      .catch(sayThatTheNameIsTaken);
  }

  async remove(userId: string, id: string, now: Date): Promise<ApiToken | undefined> {
    const [row] = await this.#tokens()
      .where({ id, user_id: userId })
      .where('expires_at', '>', now)
      .delete()
      .returning([...COLUMNS]);
    return row && toToken(row);
  }

  async removeAllOf(userId: string): Promise<ApiToken[]> {
    const rows = await this.#tokens()
      .where({ user_id: userId })
      .delete()
      .returning([...COLUMNS]);
    return rows.map(toToken);
  }

  async keepRoles(userId: string, roles: readonly string[]): Promise<ApiToken[]> {
    const kept = [...roles];
    await this.#tokens()
      .where({ user_id: userId })
      .whereRaw('not roles <@ ?::text[]', [kept])
      .update({
        roles: this.database.raw('array(select unnest(roles) intersect select unnest(?::text[]))', [kept]),
      });
    const rows = await this.#tokens()
      .where({ user_id: userId })
      .whereRaw('cardinality(roles) = 0')
      .delete()
      .returning([...COLUMNS]);
    return rows.map(toToken);
  }

  #tokens() {
    return this.database<ApiTokenRow & { hash: Buffer }>('api_tokens');
  }
}

function sayThatTheNameIsTaken(error: unknown): never {
  if (violatedConstraint(error) !== 'api_tokens_name_key') throw error;
  throw new Failure(
    'conflict',
    'name is already the name of another of your tokens. Choose another name, or revoke that token.',
    {
      code: 'token_name_taken',
    },
  );
}

function toToken(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    roles: row.roles,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
