// Once per run: one Postgres and one Redis for all test files, and one migrated database per service to be copied.
// TEST_DATABASE_URL and TEST_REDIS_URL name existing servers to use instead.
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBuild } from './check-build.mjs';
import { endWithUs } from './end-with-us.mjs';
import { makeTemplates } from './templates.mjs';

/** Several platforms run at once, each with the pools of four processes. */
const MAX_CONNECTIONS = 600;

export default async function globalSetup() {
  await checkBuild();
  const { startPostgres, startRedis } = await import('@provisioning/embedded');
  const dataDir = await mkdtemp(join(tmpdir(), 'provisioning-test-run-'));
  // Postgres, started by root, runs as another user who must be able to reach its files below.
  await chmod(dataDir, 0o755);
  const log = () => undefined;
  const servers = [];
  if (!process.env.TEST_DATABASE_URL) {
    const postgres = await startPostgres({ dataDir, log, durable: false, maxConnections: MAX_CONNECTIONS });
    servers.push(postgres);
    process.env.TEST_DATABASE_URL = postgres.url;
  }
  if (!process.env.TEST_REDIS_URL) {
    const redis = await startRedis({ dataDir, log, databases: 1024 });
    if (redis) {
      servers.push(redis);
      process.env.TEST_REDIS_URL = redis.url;
    } else if (process.env.CI === 'true') {
      throw new Error('CI needs a Redis: install redis-server, or set TEST_REDIS_URL.');
    } else {
      console.warn(
        '\n*** No redis-server or valkey-server on PATH: every test that needs Redis is SKIPPED. ***\n',
      );
    }
  }
  const guard = endWithUs(
    servers.map((server) => server.pid),
    dataDir,
  );
  globalThis.testServers = { servers, dataDir, guard };
  await makeTemplates(process.env.TEST_DATABASE_URL);
}
