import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@provisioning/test-kit';
import type { TemporaryFolder } from '@provisioning/test-kit';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/index.js';

describe('startPostgres', () => {
  let folder: TemporaryFolder;
  const lines: string[] = [];
  const start = (port?: number) =>
    startPostgres({
      dataDir: folder.path,
      log: (line) => lines.push(line),
      ...(port === undefined ? {} : { port }),
    });

  beforeEach(async () => {
    lines.length = 0;
    folder = await temporaryFolder('postgres');
  });
  afterEach(() => folder.remove());

  it('keeps data, password and port between starts', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await expect(first.exited).resolves.toEqual({ code: 0, signal: null });

    const second = await start(first.port);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('refuses connections without the password, and keeps the password private to its owner', async () => {
    const server = await start();
    const url = new URL(server.url);
    url.password = 'wrong';
    await expect(query(url.toString(), 'select 1')).rejects.toThrow('password authentication failed');
    expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect((await stat(join(folder.path, 'postgres-password'))).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('sets a new password when the password file was lost', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 1');
    await first.stop();
    await rm(join(folder.path, 'postgres-password'));
    const second = await start();
    expect(await query(second.url, 'select * from kept')).toHaveLength(1);
    await second.stop();
  });

  it('starts although the id in a stale postmaster.pid belongs to another program', async () => {
    const first = await start();
    const pidFile = join(folder.path, 'postgres', 'data', 'postmaster.pid');
    const written = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, written.replace(/^\d+/, String(process.pid)), { mode: 0o600 });
    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  it('shows the server’s last lines and what to do when it cannot start', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(folder.path, 'postgres', 'data', 'postgresql.auto.conf'), "no_such_setting = 'x'\n");
    await expect(start()).rejects.toThrow(/did not start[^]*no_such_setting[^]*DATABASE_URL/);
  });

  it('reports data of another version', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(folder.path, 'postgres', 'data', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/made by another version of Postgres/);
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
