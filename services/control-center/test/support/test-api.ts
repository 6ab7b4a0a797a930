import { fileURLToPath } from 'node:url';
import { silentLogger, startHttpServer } from '@provisioning/runtime';
import { cloneDatabase, temporaryFolder } from '@provisioning/test-kit';
import supertest from 'supertest';
import { composeApi, type Api, type Overrides } from '../../src/compose/api.js';
import { readConfig, type Configuration } from '../../src/config.js';

export const ADMIN_PASSWORD = 'lantern-gravel-orbit';
export const JWT_SECRET = 'only-for-these-tests-0123456789abcdef';

export interface TestApi {
  api: Api;
  configuration: Configuration;
  /** The output of the first start. */
  printed: string[];
  http: ReturnType<typeof supertest>;
  /** The port on which internal routes are served. */
  internal: ReturnType<typeof supertest>;
  /** Signs in; default: as the admin. */
  token(username?: string, password?: string): Promise<string>;
  close(): Promise<void>;
}

/** The whole service on a private database, served on a free port, without rate limits. */
export async function startTestApi(
  environment: Record<string, string> = {},
  overrides: Overrides = {},
): Promise<TestApi> {
  const database = await cloneDatabase('control-center');
  const folder = await temporaryFolder('control-center');
  const configuration = readConfig({
    DATABASE_URL: database.url,
    PROVISIONING_DATA_DIR: folder.path,
    JWT_SECRET,
    ADMIN_PASSWORD,
    RATE_LIMIT_AUTH: '0',
    RATE_LIMIT_GENERAL: '0',
    ...environment,
  });
  const api = composeApi(configuration, { ...testOverrides, ...overrides });
  const printed: string[] = [];
  await api.prepare((line) => printed.push(line));
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, portVariable: 'none' });
  const internalServer = await startHttpServer(api.internalApp, {
    host: '127.0.0.1',
    port: 0,
    portVariable: 'none',
  });
  const http = supertest(server.url);
  return {
    api,
    configuration,
    printed,
    http,
    internal: supertest(internalServer.url),
    token: async (username = 'admin', password = ADMIN_PASSWORD) => {
      const answer = await http.post('/auth/login').send({ username, password }).expect(200);
      return (answer.body as { data: { token: string } }).data.token;
    },
    close: async () => {
      await server.close();
      await internalServer.close();
      await api.stop();
      await database.drop();
      await folder.remove();
    },
  };
}

export const testOverrides: Overrides = {
  log: silentLogger,
  bcryptCost: 4,
  checkAnswers: true,
  migrations: fileURLToPath(new URL('../../dist/migrations', import.meta.url)),
  trialThread: fileURLToPath(new URL('../../dist/src/execution/trial-thread.js', import.meta.url)),
  // No test may fail because the machine is busy.
  trialLimits: { ask: 20_000, page: 20_000, load: 20_000 },
};
