import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { AttemptKey } from '../../domain/login/attempt-key.js';
import type { LoginAttempts } from '../../domain/login/login-attempts.js';

/** Counts in Postgres, so that a lock-out survives restarts, several processes and the loss of Redis. */
export class PostgresLoginAttempts implements LoginAttempts {
  /** @param database may be a transaction */
  constructor(private readonly database: Knex) {}

  async claim(
    { key, user }: AttemptKey,
    most: number,
    now: Date,
    forgetAt: Date,
  ): Promise<number | undefined> {
    const rows = await rowsOf<{ count: number }>(
      this.database,
      `insert into login_attempts as a (key, user_key, count, expires_at)
         values (decode(:key, 'hex'), decode(:user, 'hex'), 1, :forgetAt)
       on conflict (key) do update
         set count = case when a.expires_at <= :now then 1 else a.count + 1 end, expires_at = :forgetAt,
             user_key = excluded.user_key
         where a.expires_at <= :now or a.count < :most
       returning count`,
      { key, user, most, now, forgetAt },
    );
    return rows[0]?.count;
  }

  async add(key: string, now: Date, forgetAfterMs: number): Promise<void> {
    await this.database.raw(
      `insert into login_attempts as a (key, count, expires_at) values (decode(:key, 'hex'), 1, :forgetAt)
       on conflict (key) do update set
         count = case when a.expires_at <= :now then 1 else a.count + 1 end,
         expires_at = case when a.expires_at <= :now then :forgetAt else a.expires_at end`,
      { key, now, forgetAt: new Date(now.getTime() + forgetAfterMs) },
    );
  }

  async count(key: string, now: Date): Promise<number> {
    // Safe cast: the column is an integer.
    const row = (await this.#of(key).first('count').where('expires_at', '>', now)) as
      { count: number } | undefined;
    return row?.count ?? 0;
  }

  async release(key: string): Promise<void> {
    await this.#of(key).where('count', '>', 0).decrement('count', 1);
  }

  async clear(key: string): Promise<void> {
    await this.#of(key).delete();
  }

  async clearUser(user: string): Promise<number> {
    return this.database('login_attempts')
      .whereRaw(`user_key = decode(:user, 'hex') or key = decode(:user, 'hex')`, { user })
      .delete();
  }

  #of(key: string) {
    return this.database('login_attempts').whereRaw(`key = decode(?, 'hex')`, [key]);
  }
}
