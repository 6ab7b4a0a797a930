import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cloneDatabase,
  spawnNode,
  temporaryFolder,
  type NodeProcess,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';

const script = fileURLToPath(new URL('../../dist/src/api.js', import.meta.url));

describe('the process', () => {
  let server: TestDatabase;
  let folder: TemporaryFolder;
  let processes: NodeProcess[];
  beforeEach(async () => {
    server = await cloneDatabase('control-center');
    folder = await temporaryFolder('process');
    processes = [];
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.stop()));
    await server.drop();
    await folder.remove();
  });

  const start = (environment: Record<string, string> = {}) => {
    const env = {
      DATABASE_URL: server.url,
      PROVISIONING_DATA_DIR: folder.path,
      CONTROL_CENTER_PORT: '0',
      BCRYPT_COST: '10',
      ...environment,
    };
    const process = spawnNode(script, { env });
    processes.push(process);
    return process;
  };

  it('serves until it is told to stop, and shows the generated password at its first start only', async () => {
    const first = start();
    const { url } = await first.message<{ type: string; url: string }>('ready');
    const health = await fetch(`${url}/health`);
    expect(await health.json()).toEqual({ success: true, data: 'Control Center is healthy' });
    const [, password] = /admin password \(generated, kept in .*\): (\S+)/.exec(first.output()) ?? [];
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ username: 'admin', password });
    expect((await fetch(`${url}/auth/login`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = start();
    await second.message('ready');
    expect(second.output()).not.toMatch(/admin password/);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  it.each([
    [
      'a short secret',
      { JWT_SECRET: 'short' },
      /^The configuration is wrong: JWT_SECRET must have at least 32 bytes/,
    ],
    [
      'a published secret',
      { JWT_SECRET: 'changemechangemechangemechangeme' },
      /JWT_SECRET.* is a published example/,
    ],
    ['no database', { DATABASE_URL: '' }, /^The configuration is wrong: DATABASE_URL is missing/],
  ])('ends with one sentence for %s', async (_what, environment, sentence) => {
    const process = start(environment);
    expect(await process.exited).toEqual({ code: 1, signal: null });
    expect(process.output()).toMatch(sentence);
    expect(process.output().trim().split('\n')).toHaveLength(1);
  });

  it('asks for the migrations where they have not run', async () => {
    const empty = await cloneDatabase();
    const process = start({ DATABASE_URL: empty.url });
    expect(await process.exited).toEqual({ code: 1, signal: null });
    await empty.drop();
    expect(process.output()).toMatch(/Run services\/control-center\/dist\/src\/migrate\.js first/);
  });
});
