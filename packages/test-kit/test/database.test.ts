import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cloneDatabase } from '../src/index.js';
import type { TestDatabase } from '../src/index.js';

describe('cloneDatabase', () => {
  const made: TestDatabase[] = [];
  afterAll(async () => {
    for (const database of made) await database.drop();
  });

  it('gives each caller a database of its own', async () => {
    const [first, second] = [await cloneDatabase(), await cloneDatabase()];
    made.push(first, second);
    await query(first.url, 'create table mine (id int)');
    await expect(query(second.url, 'select * from mine')).rejects.toThrow('does not exist');
  });

  it('copies what the migrations of a service made', async () => {
    const database = await cloneDatabase('orchestrator');
    made.push(database);
    const { rows } = await query(database.url, 'select current_database() as name');
    expect(rows).toEqual([{ name: expect.stringMatching(/^test_/) }]);
  });

  it('reports which connection was left open', async () => {
    const database = await cloneDatabase();
    const client = new pg.Client({ connectionString: database.url, application_name: 'forgetful' });
    client.on('error', () => undefined);
    await client.connect();
    await expect(database.drop()).rejects.toThrow('forgetful');
    await client.end().catch(() => undefined);
  });
});

async function query(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
