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
const OLD = 'the-older-secret-of-this-test-0123456789';
const NEW = 'the-newer-secret-of-this-test-0123456789';
const ADMIN_PASSWORD = 'lantern-gravel-orbit';

describe('the secret of tokens', () => {
  let database: TestDatabase;
  let folder: TemporaryFolder;
  let running: NodeProcess | undefined;
  beforeEach(async () => {
    database = await cloneDatabase('control-center');
    folder = await temporaryFolder('key-rotation');
  });
  afterEach(async () => {
    await running?.stop();
    await database.drop();
    await folder.remove();
  });

  /** Restarts the service with these secrets. */
  const start = async (secrets: Record<string, string>) => {
    await running?.stop();
    running = spawnNode(script, {
      env: {
        DATABASE_URL: database.url,
        PROVISIONING_DATA_DIR: folder.path,
        CONTROL_CENTER_PORT: '0',
        BCRYPT_COST: '10',
        ADMIN_PASSWORD,
        ...secrets,
      },
    });
    const { url } = await running.message<{ type: string; url: string }>('ready');
    return {
      use: async (token: string) =>
        (await fetch(`${url}/users`, { headers: { Authorization: `Bearer ${token}` } })).status,
      tokenFrom: async (path: string, body: object) => {
        const headers = { 'Content-Type': 'application/json' };
        const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
        const { data } = (await answer.json()) as { data?: { token: string } };
        return { status: answer.status, token: data?.token ?? '' };
      },
    };
  };

  it('is replaced without ending sessions; the old one is invalid once it is removed', async () => {
    const admin = { username: 'admin', password: ADMIN_PASSWORD };
    const before = await start({ JWT_SECRET: OLD });
    const kept = await before.tokenFrom('/auth/login', admin);
    const refreshed = await before.tokenFrom('/auth/login', admin);
    expect([await before.use(kept.token), await before.use(refreshed.token)]).toEqual([200, 200]);

    const between = await start({ JWT_SECRET: NEW, JWT_SECRET_PREVIOUS: OLD });
    expect(await between.use(kept.token)).toBe(200);
    const next = await between.tokenFrom('/auth/refresh', { token: refreshed.token });
    expect(next.status).toBe(200);
    expect(await between.use(next.token)).toBe(200);

    const after = await start({ JWT_SECRET: NEW });
    expect(await after.use(kept.token)).toBe(401);
    expect(await after.use(next.token)).toBe(200);
    expect((await after.tokenFrom('/auth/refresh', { token: kept.token })).status).toBe(401);
  });
});
