import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { commonPasswords } from '../../src/credentials/common-passwords.js';
import { BcryptHasher } from '../../src/credentials/password-hasher.js';
import { NO_USER } from '../../src/domain/audit/audit-record.js';
import { UserService } from '../../src/domain/user/user-service.js';
import { postgresUnitOfWork } from '../../src/postgres/unit-of-work.js';
import { PostgresUserStore } from '../../src/postgres/accounts/user-store.js';

describe('the last enabled admin', () => {
  let server: TestDatabase;
  let database: Knex;
  let users: UserService;
  beforeAll(async () => {
    server = await cloneDatabase('control-center');
    database = createPostgres({
      url: server.url,
      schema: 'control_center',
      applicationName: 'test',
      log: silentLogger,
    });
    const hasher = new BcryptHasher({ cost: 4, pepper: undefined });
    const work = postgresUnitOfWork(database);
    users = new UserService(new PostgresUserStore(database), work, hasher, commonPasswords, () => new Date());
  });
  afterAll(async () => {
    await database.destroy();
    await server.drop();
  });

  it('remains when concurrent requests remove all admins, repeatedly', async () => {
    for (let round = 0; round < 10; round++) {
      const admins = await Promise.all(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => {
          const username = `${letter}-${round}`;
          return users.create(
            {
              username,
              email: `${username}@example.com`,
              password: 'secure_password',
              roles: ['admin'],
              enabled: true,
            },
            NO_USER,
          );
        }),
      );
      const [first, ...others] = admins.map(({ id }) => id) as [string, ...string[]];
      const outcomes = await Promise.allSettled([
        users.remove(first, NO_USER),
        ...others.map((id, index) =>
          users.update(id, index % 2 === 0 ? { enabled: false } : { roles: ['viewer'] }, NO_USER),
        ),
      ]);
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toEqual([
        { status: 'rejected', reason: expect.objectContaining({ kind: 'conflict', code: 'last_admin' }) },
      ]);
      expect(await database('users').where({ enabled: true }).whereRaw(`'admin' = any (roles)`)).toHaveLength(
        1,
      );
      await database('users').delete();
    }
  });
});
