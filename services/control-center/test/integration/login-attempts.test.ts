import { afterAll, beforeAll } from '@jest/globals';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { PostgresLoginAttempts } from '../../src/postgres/accounts/login-attempts.js';
import { InMemoryLoginAttempts } from '../support/in-memory-login-attempts.js';
import { loginAttemptsSuite } from '../support/login-attempts-suite.js';

let server: TestDatabase;
let database: Knex;
beforeAll(async () => {
  server = await cloneDatabase('control-center');
  database = createPostgres({
    url: server.url,
    schema: 'control_center',
    applicationName: 'test',
    log: silentLogger,
  });
});
afterAll(async () => {
  await database.destroy();
  await server.drop();
});

loginAttemptsSuite('login attempts in Postgres', () => new PostgresLoginAttempts(database));
loginAttemptsSuite('login attempts in memory', () => new InMemoryLoginAttempts());
