import type { Knex } from 'knex';
import { checkMigrated, type SchemaSources } from './migrations.js';
import type { ReadinessChecks } from './probes.js';

/** The readiness checks of a service's database: it answers, and has the schema that the service was built for. */
export function databaseChecks(database: Knex, schema: string, sources: SchemaSources): ReadinessChecks {
  return {
    database: async () => void (await database.raw('select 1')),
    migrations: () => checkMigrated(database, schema, sources),
  };
}
