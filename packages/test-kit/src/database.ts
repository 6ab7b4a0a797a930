import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { requiredSetting } from './settings.js';
import { waitFor } from './wait-for.js';

/** A service with its schema, or the whole platform with the schemas of both. */
export type SchemaName = 'orchestrator' | 'control-center' | 'platform';

/** A private database of a test. */
export interface TestDatabase {
  url: string;
  /**
   * Removes it.
   * @throws when a connection to it is still open: the test that opened it must close it.
   */
  drop(): Promise<void>;
}

/** Name of the database that holds this schema, ready to be copied. */
export function templateName(schema: SchemaName): string {
  return `template_${schema.replaceAll('-', '_')}`;
}

/** Creates a private database: a copy of this migrated schema, or an empty one. */
export async function cloneDatabase(schema?: SchemaName): Promise<TestDatabase> {
  const server = requiredSetting('TEST_DATABASE_URL');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = schema === undefined ? 'template0' : templateName(schema);
  await onServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => drop(server, name) };
}

async function drop(server: string, name: string): Promise<void> {
  await onServer(server, async (client) => {
    let open: string[] = [];
    const closed = await waitFor(
      async () => {
        open = await connectionsTo(client, name);
        return open.length === 0;
      },
      // The server notices a closed socket a moment later.
      { timeout: 30_000 },
    ).catch(() => false);
    await client.query(`drop database if exists ${name} with (force)`);
    if (!closed) throw new Error(`Connections were left open to the test's database:\n${open.join('\n')}`);
  });
}

async function connectionsTo(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ application_name: string; state: string; query: string }>(
    'select application_name, state, query from pg_stat_activity where datname = $1',
    [name],
  );
  return rows.map(
    (row) => `- ${row.application_name || '(no application_name)'}, ${row.state}: ${row.query}`,
  );
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'test-kit' });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
