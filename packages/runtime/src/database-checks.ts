import type { Knex } from 'knex';
import { checkMigrated, type SchemaSources } from './migrations.js';
import type { ReadinessChecks } from './probes.js';

/** What a service is not ready without: a database that answers, with the schema that the service was built for. */
export function databaseChecks(database: Knex, schema: string, sources: SchemaSources): ReadinessChecks {
  return {
    database: async () => void (await database.raw('select 1')),
    migrations: () => checkMigrated(database, schema, sources),
  };
}
