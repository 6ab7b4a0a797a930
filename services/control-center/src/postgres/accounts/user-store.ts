import { Failure } from '@provisioning/errors';
import { containing, newestFirst, countOf, violatedConstraint } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { validate as isUuid } from 'uuid';
import type { UserFilter, UserWrites } from '../../domain/user/user-store.js';
import { ADMIN_ROLE, type NewUser, type User, type UserCredentials } from '../../domain/user/user.js';

interface UserRow {
  id: string;
  username: string;
  email: string;
  roles: string[];
  enabled: boolean;
  mfa_enabled: boolean;
  token_epoch: number;
  version: number;
  created_at: Date;
  updated_at: Date;
  last_login: Date | null;
}

const COLUMNS: readonly (keyof UserRow)[] = [
  'id',
  'username',
  'email',
  'roles',
  'enabled',
  'mfa_enabled',
  'token_epoch',
  'version',
  'created_at',
  'updated_at',
  'last_login',
];

const USERS_AT_ONCE = 1000;

/** `database` may be a transaction: then the locks last until its end. */
export class PostgresUserStore implements UserWrites {
  constructor(private readonly database: Knex) {}

  async isEmpty(): Promise<boolean> {
    return (await this.database('users').first('id')) === undefined;
  }

  async find(id: string): Promise<User | undefined> {
    const row = await this.#users()
      .first(...COLUMNS)
      .where({ id });
    return row && toUser(row);
  }

  async findAll(ids: readonly string[]): Promise<User[]> {
    const rows = await this.#users()
      .select(...COLUMNS)
      .whereIn('id', ids.filter(isUuid));
    return rows.map(toUser);
  }

  async findCredentials(username: string): Promise<UserCredentials | undefined> {
    const row = await this.database<UserRow & { password_hash: string }>('users')
      .first(...COLUMNS, 'password_hash')
      .where({ username });
    return row && { ...toUser(row), passwordHash: row.password_hash };
  }

  async list({ role, enabled, text, ...page }: UserFilter): Promise<{ users: User[]; total: number }> {
    const matching = () => {
      const query = this.#users();
      if (role !== undefined) void query.whereRaw('? = any (roles)', [role]);
      if (enabled !== undefined) void query.where({ enabled });
      if (text !== undefined) {
        const pattern = containing(text);
        void query.whereRaw('(username ilike ? or email ilike ?)', [pattern, pattern]);
      }
      return query;
    };
    const [rows, total] = await Promise.all([
      newestFirst(matching().select(...COLUMNS), 'id', page),
      countOf(matching()),
    ]);
    return { users: rows.map(toUser), total };
  }

  async insert(user: NewUser): Promise<void> {
    const { id, username, email, enabled, createdAt } = user;
    await this.database('users')
      .insert({
        id,
        username,
        email,
        password_hash: user.passwordHash,
        roles: [...user.roles],
        enabled,
        created_at: createdAt,
        updated_at: createdAt,
      })
      .catch(sayWhatIsTaken);
  }

  async lockAll(): Promise<void> {
    await this.database.raw('lock table users in exclusive mode');
  }

  async *ableToSignIn(): AsyncIterable<User[]> {
    for (const isAdmin of [true, false]) {
      for (let after: string | undefined, more = true; more;) {
        const query = this.#users()
          .select(...COLUMNS)
          .where({ enabled: true })
          .whereRaw('? = any (roles) = ?', [ADMIN_ROLE, isAdmin])
          .whereRaw(
            '(not mfa_enabled or exists (select from user_mfa where user_id = users.id and secret is not null))',
          )
          .orderBy('id')
          .limit(USERS_AT_ONCE);
        const rows = await (after === undefined ? query : query.where('id', '>', after));
        if (rows.length > 0) yield rows.map(toUser);
        after = rows.at(-1)?.id;
        more = rows.length === USERS_AT_ONCE;
      }
    }
  }

  async lock(id: string): Promise<User | undefined> {
    const row = await this.#users()
      .first(...COLUMNS)
      .where({ id })
      .forUpdate();
    return row && toUser(row);
  }

  async save(user: User, passwordHash: string | undefined): Promise<void> {
    const { id, email, enabled, version } = user;
    await this.database('users')
      .where({ id })
      .update({
        email,
        enabled,
        version,
        roles: [...user.roles],
        token_epoch: user.tokenEpoch,
        updated_at: user.updatedAt,
        ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
      })
      .catch(sayWhatIsTaken);
  }

  async remove(id: string): Promise<void> {
    await this.database('users').where({ id }).delete();
  }

  async setMfaEnabled({ id, version, tokenEpoch }: User, enabled: boolean, at: Date): Promise<void> {
    await this.database('users')
      .where({ id })
      .update({ mfa_enabled: enabled, version: version + 1, token_epoch: tokenEpoch + 1, updated_at: at });
  }

  async recordLogin(
    id: string,
    tokenEpoch: number,
    at: Date,
  ): Promise<{ tokensRevokedAt: Date | null } | undefined> {
    const [row] = await this.database<UserRow & { tokens_revoked_at: Date | null }>('users')
      .where({ id, token_epoch: tokenEpoch, enabled: true })
      .update({ last_login: at })
      .returning('tokens_revoked_at');
    return row && { tokensRevokedAt: row.tokens_revoked_at };
  }

  #users() {
    return this.database<UserRow>('users');
  }
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    roles: row.roles,
    enabled: row.enabled,
    mfaEnabled: row.mfa_enabled,
    tokenEpoch: row.token_epoch,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastLogin: row.last_login,
  };
}

const TAKEN: Record<string, { what: string; code: string }> = {
  users_username_key: { what: 'username', code: 'username_taken' },
  users_email_key: { what: 'e-mail address', code: 'email_taken' },
};

function sayWhatIsTaken(error: unknown): never {
  const taken = TAKEN[violatedConstraint(error) ?? ''];
  if (taken === undefined) throw error;
  throw new Failure('conflict', `Another user has this ${taken.what}. Choose another one.`, {
    code: taken.code,
  });
}
