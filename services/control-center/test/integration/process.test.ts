import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cloneDatabase,
  spawnNode,
  temporaryFolder,
  waitFor,
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

  const environment = (changes: Record<string, string> = {}) => ({
    DATABASE_URL: server.url,
    PROVISIONING_DATA_DIR: folder.path,
    CONTROL_CENTER_PORT: '0',
    BCRYPT_COST: '10',
    ...changes,
  });
  const start = (changes: Record<string, string> = {}) => {
    const process = spawnNode(script, { env: environment(changes) });
    processes.push(process);
    return process;
  };

  it('serves until it is stopped, and lets its supervisor show the password', async () => {
    const first = start();
    const { url } = await first.message<{ type: string; url: string }>('ready');
    const health = await fetch(`${url}/health`);
    expect(await health.json()).toEqual({ success: true, data: 'Control Center is healthy' });
    const password = (await readFile(join(folder.path, 'admin-password'), 'utf8')).trim();
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ username: 'admin', password });
    expect((await fetch(`${url}/auth/login`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(first.output()).not.toContain(password);
  });

  it('started alone, shows the generated password at its first start only', async () => {
    const shown = await startedAlone();
    const password = (await readFile(join(folder.path, 'admin-password'), 'utf8')).trim();
    expect(shown).toMatch(/admin password \(generated, kept in .*\)/);
    expect(shown).toContain(password);
    expect(await startedAlone()).not.toContain(password);
  });

  /**
   * Without an IPC channel, as in a container.
   * @returns its output until it serves.
   */
  async function startedAlone(): Promise<string> {
    const child = spawn(process.execPath, [script], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      await waitFor(() => output.includes('control center serves'));
      return output;
    } finally {
      const closed = once(child, 'close');
      child.kill('SIGTERM');
      await closed;
    }
  }

  it.each([
    [
      'a short secret',
      { JWT_SECRET: 'short' },
      /^The configuration is wrong: JWT_SECRET must have at least 32 bytes/,
    ],
    [
      'a published secret',
      { JWT_SECRET: 'changemechangemechangemechangeme' },
      /JWT_SECRET.* must not be a published example/,
    ],
    ['no database', { DATABASE_URL: '' }, /^The configuration is wrong: DATABASE_URL is required/],
  ])('ends with one sentence for %s', async (_what, changes, sentence) => {
    const process = start(changes);
    expect(await process.exited).toEqual({ code: 1, signal: null });
    expect(process.output()).toMatch(sentence);
    expect(process.output().trim().split('\n')).toHaveLength(1);
  });

  it('names the missing migrations', async () => {
    const empty = await cloneDatabase();
    const process = start({ DATABASE_URL: empty.url });
    expect(await process.exited).toEqual({ code: 1, signal: null });
    await empty.drop();
    expect(process.output()).toMatch(/Run services\/control-center\/dist\/src\/migrate\.js first/);
  });
});
