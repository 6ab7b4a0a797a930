import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cloneDatabase,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import supertest from 'supertest';
import { composeApi, type Api } from '../../src/compose/api.js';
import { readConfig } from '../../src/config.js';
import { testOverrides } from '../support/test-api.js';

describe('the first start', () => {
  let server: TestDatabase;
  let folder: TemporaryFolder;
  let apis: Api[];
  let printed: string[];
  beforeEach(async () => {
    server = await cloneDatabase('control-center');
    folder = await temporaryFolder('first-start');
    apis = [];
    printed = [];
  });
  afterEach(async () => {
    await Promise.all(apis.map((api) => api.stop()));
    await server.drop();
    await folder.remove();
  });

  const start = async (environment: Record<string, string> = {}) => {
    const configuration = readConfig({
      DATABASE_URL: server.url,
      PROVISIONING_DATA_DIR: folder.path,
      ...environment,
    });
    const api = composeApi(configuration, testOverrides);
    apis.push(api);
    await api.prepare((line) => printed.push(line));
    return api;
  };
  const login = (api: Api, username: string, password: string) =>
    supertest(api.app).post('/auth/login').send({ username, password });
  const usernames = async () =>
    (await apis[0]!.opened.database('users').select('username')).map(({ username }) => username);

  it('creates one admin with a generated password and prints it once, for any number of processes', async () => {
    const [api] = await Promise.all([start(), start(), start()]);
    const file = join(folder.path, 'admin-password');
    const password = readFileSync(file, 'utf8').trim();
    expect(printed).toEqual([`admin password (generated, kept in ${file}): ${password}`]);
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await usernames()).toEqual(['admin']);
    await login(api, 'admin', password).expect(200);

    await start();
    expect(printed).toHaveLength(1);
  });

  it('uses the configured name, address and password, and prints nothing', async () => {
    const admin = {
      ADMIN_USERNAME: 'Root',
      ADMIN_PASSWORD: 'lantern-gravel-orbit',
      ADMIN_EMAIL: 'root@example.com',
    };
    const api = await start(admin);
    const { body } = await login(api, 'root', admin.ADMIN_PASSWORD).expect(200);
    expect(body).toMatchObject({
      data: { user: { username: 'root', email: 'root@example.com', roles: ['admin', 'operator'] } },
    });
    expect(printed).toEqual([]);
  });

  it('does nothing where users exist, regardless of the configuration', async () => {
    await start({ ADMIN_PASSWORD: 'lantern-gravel-orbit' });
    const api = await start({ ADMIN_USERNAME: 'other', ADMIN_PASSWORD: 'another-password-1' });
    expect(await usernames()).toEqual(['admin']);
    await login(api, 'admin', 'another-password-1').expect(401);
  });

  it.each([
    ['a weak password', { ADMIN_PASSWORD: 'admin' }, /ADMIN_PASSWORD must have at least 12 characters/],
    [
      'a name that is not allowed',
      { ADMIN_USERNAME: 'two words' },
      /ADMIN_USERNAME must start with a letter or digit .*2 to 63 characters/,
    ],
  ])('refuses %s in a sentence', async (_what, environment, sentence) => {
    await expect(start(environment)).rejects.toThrow(sentence);
    expect(await usernames()).toEqual([]);
  });

  it('does not generate a password in production', async () => {
    const production = {
      NODE_ENV: 'production',
      JWT_SECRET: 'j'.repeat(32),
      MFA_ENCRYPTION_KEY: 'm'.repeat(32),
      REDIS_URL: 'redis://127.0.0.1:1',
    };
    await expect(start(production)).rejects.toThrow(/ADMIN_PASSWORD is required/);
    await start({ ...production, ADMIN_PASSWORD: 'lantern-gravel-orbit' });
    await start(production);
  });

  it('keeps a lock-out in force for other processes', async () => {
    const environment = { ADMIN_PASSWORD: 'lantern-gravel-orbit', RATE_LIMIT_AUTH: '0' };
    const [one, other] = [await start(environment), await start(environment)];
    for (let i = 0; i < 5; i++) await login(one, 'admin', 'wrong-password').expect(401);
    await login(other, 'admin', environment.ADMIN_PASSWORD).expect(401);
  });
});
