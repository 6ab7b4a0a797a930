import { fileURLToPath } from 'node:url';
import { createKeyring, issueToken } from '@provisioning/auth-token';
import { cloneDatabase, temporaryFolder } from '@provisioning/test-kit';
import supertest from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { composeApi, type Overrides } from '../../src/compose/api.js';
import { SCHEMA_SOURCES } from '../../src/compose/resources.js';
import { FakeAccess } from './fake-access.js';
import { readApiConfig } from '../../src/config.js';

export const MIGRATIONS = fileURLToPath(new URL('../../dist/migrations', import.meta.url));
export const ACCESS_JOBS = ['access', 'decisions', 'grant_review'];
export const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

export interface TestApi {
  app: ReturnType<typeof composeApi>['app'];
  /** Sends requests as a user with these roles; without roles, as an anonymous client. */
  as(...roles: string[]): ReturnType<typeof supertest.agent>;
  anonymous: ReturnType<typeof supertest.agent>;
  token(roles: string[], options?: { lifetime?: number; secret?: string }): string;
  database: ReturnType<typeof composeApi>['base']['database'];
  audit: ReturnType<typeof composeApi>['audit'];
  webhooks: ReturnType<typeof composeApi>['webhooks'];
  /** Those of access run; a test starts the others that it needs. */
  jobs: ReturnType<typeof composeApi>['jobs'];
  /** The access data of the control center. */
  access: FakeAccess;
  /** Reads the access data now. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** The API in this process on a private database; every answer is checked against the contract. */
export async function testApi(
  environment: Record<string, string> = {},
  overrides: Pick<Overrides, 'resolve' | 'patienceMs'> = {},
): Promise<TestApi> {
  const clone = await cloneDatabase('orchestrator');
  const home = await temporaryFolder('orchestrator-api');
  const config = readApiConfig({
    NODE_ENV: 'test',
    DATABASE_URL: clone.url,
    PROVISIONING_DATA_DIR: home.path,
    PROVISIONING_WORKSPACE: fileURLToPath(new URL('../../../../workspace', import.meta.url)),
    PROVISIONING_COMMAND: '/usr/local/provisioning',
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'error',
    RATE_LIMIT_GENERAL: '0',
    RATE_LIMIT_BATCH: '0',
    ...environment,
  });
  const source = new FakeAccess(SECRET);
  const { app, base, audit, webhooks, access, jobs } = composeApi(config, {
    accessSource: source,
    checkAnswers: true,
    ...overrides,
    sources: { ...SCHEMA_SOURCES, migrations: MIGRATIONS },
  });
  await access.start(jobs);
  jobs.start(ACCESS_JOBS);
  const token: TestApi['token'] = (roles, { lifetime = 600, secret = SECRET } = {}) => {
    const subject = { userId: uuidv7(), username: roles.join('-') || 'nobody', roles, sessionId: uuidv7() };
    return issueToken(createKeyring([secret]), subject, lifetime).token;
  };
  return {
    app,
    as: (...roles) => supertest.agent(app).set('Authorization', `Bearer ${token(roles)}`),
    anonymous: supertest.agent(app),
    token,
    database: base.database,
    audit,
    webhooks,
    access: source,
    jobs,
    look: () => jobs.wake('access'),
    stop: async () => {
      await base.resources.close();
      await clone.drop();
      await home.remove();
    },
  };
}
