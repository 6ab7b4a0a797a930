import { createKeyring, issueToken } from '@provisioning/auth-token';
import { builtinPolicies, type PolicyDocument } from '@provisioning/policy';
import { createPostgres, silentLogger, startHttpServer, rowsOf } from '@provisioning/runtime';
import { cloneDatabase, temporaryFolder } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { composeApi, type Overrides } from '../../src/compose/api.js';
import { SCHEMA_SOURCES } from '../../src/compose/resources.js';
import { readApiConfig } from '../../src/config.js';
import type { RecordedEventType } from '../../src/domain/event/catalogue.js';
import { FakeAccess } from './fake-access.js';
import { ACCESS_JOBS, MIGRATIONS, SECRET } from './test-api.js';

/** Several API processes, in this one, on one database. */
export interface LiveApis {
  urls: string[];
  databaseUrl: string;
  database: Knex;
  token(roles: string[], options?: { userId?: string; lifetime?: number }): string;
  /** The access data, as the control center publishes it. */
  revoke(userId: string): void;
  /** In force when it resolves. */
  setPolicies(more: PolicyDocument[]): Promise<void>;
  /**
   * Records an event of a task, as the engine does.
   * @returns its number
   */
  record(event?: {
    taskId?: string;
    type?: RecordedEventType;
    status?: string;
    details?: object;
  }): Promise<number>;
  /** A task of that infra, with the event of its submission. */
  task(infra: string): Promise<string>;
  metrics(index: number): Promise<string>;
  stop(): Promise<void>;
}

export async function liveApis(
  count: number,
  environment: Record<string, string> = {},
  overrides: Pick<Overrides, 'consoleFolder'> = {},
): Promise<LiveApis> {
  const clone = await cloneDatabase('orchestrator');
  const home = await temporaryFolder('realtime');
  const access = new FakeAccess(SECRET);
  const config = readApiConfig({
    NODE_ENV: 'test',
    DATABASE_URL: clone.url,
    PROVISIONING_DATA_DIR: home.path,
    PROVISIONING_COMMAND: '/usr/local/provisioning',
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'error',
    RATE_LIMIT_GENERAL: '0',
    ALLOWED_ORIGINS: 'https://console.example.com',
    ...environment,
  });
  const running = await Promise.all(
    Array.from({ length: count }, async () => {
      const {
        app,
        base,
        realtime,
        access: composed,
        jobs,
      } = composeApi(config, {
        checkAnswers: true,
        sources: { ...SCHEMA_SOURCES, migrations: MIGRATIONS },
        accessSource: access,
        ...overrides,
      });
      await composed.start(jobs);
      jobs.start([...ACCESS_JOBS, 'health', 'connections', 'websocket_pings']);
      const http = await startHttpServer(app, { host: '127.0.0.1', port: 0, portVariable: 'PORT' });
      realtime.start(http.server, app);
      const stop = async () => {
        await realtime.close();
        await http.close();
        await base.resources.close();
      };
      return { url: http.url, registry: base.registry, jobs, stop };
    }),
  );
  const database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  const record: LiveApis['record'] = async ({
    taskId = uuidv7(),
    type = 'started',
    status = 'Running',
    details = {},
  } = {}) => {
    const [row] = await rowsOf<{ seq: string }>(
      database,
      `insert into events (task_id, attempt, type, status, details) values (?, 1, ?, ?, ?::jsonb) returning seq`,
      [taskId, type, status, JSON.stringify(details)],
    );
    return Number(row!.seq);
  };
  return {
    urls: running.map(({ url }) => url),
    databaseUrl: clone.url,
    database,
    token(roles, { userId = uuidv7(), lifetime = 600 } = {}) {
      const subject = { userId, username: roles.join('-') || 'nobody', roles, sessionId: uuidv7() };
      return issueToken(createKeyring([SECRET]), subject, lifetime).token;
    },
    revoke(userId) {
      access.revoke('user', userId);
    },
    async setPolicies(more) {
      access.change([...builtinPolicies, ...more]);
      await Promise.all(running.map(({ jobs }) => jobs.wake('access')));
    },
    record,
    async task(infra) {
      const id = uuidv7();
      await database.raw('select submit_tasks(?::jsonb)', [
        JSON.stringify([
          {
            id,
            kind: 'workflow',
            name: 'create_servers',
            infra,
            check_mode: false,
            program: 'provisioning',
            verb: ['servers', 'create'],
            args: [],
            max_attempts: 3,
            reconcilable: false,
            created_by: uuidv7(),
            created_by_name: 'tester',
            request_id: 'test',
          },
        ]),
      ]);
      return id;
    },
    metrics: (index) => running[index]!.registry.metrics(),
    async stop() {
      await Promise.all(running.map(({ stop }) => stop()));
      await database.destroy();
      await clone.drop();
      await home.remove();
    },
  };
}
