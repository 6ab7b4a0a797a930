import { createPostgres, silentLogger } from '@provisioning/runtime';
import { cloneDatabase } from '@provisioning/test-kit';
import type { Knex } from 'knex';

export interface TestKnex {
  database: Knex;
  url: string;
  close(): Promise<void>;
}

/** A private database, as the service opens it. */
export async function openTestDatabase(poolMax = 10): Promise<TestKnex> {
  const server = await cloneDatabase('control-center');
  const database = createPostgres({
    url: server.url,
    schema: 'control_center',
    applicationName: 'test',
    log: silentLogger,
    poolMax,
  });
  return {
    database,
    url: server.url,
    close: async () => {
      await database.destroy();
      await server.drop();
    },
  };
}
