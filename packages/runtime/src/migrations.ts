import type { Knex } from 'knex';
import { databaseVariables } from './common-variables.js';
import { readEnvironment } from './environment.js';
import { createLogger, type Logger } from './logger.js';
import { createPostgres } from './postgres.js';
import { runToEnd } from './process.js';

/**
 * Brings `schema` to the newest version, once, whoever else tries at the same time: an advisory lock is held for the
 * whole run and goes with its session, so a run that was killed leaves nothing to clean up.
 * @param directory the folder of the compiled migrations (forward only, run in the order of their names).
 */
export async function migrate(database: Knex, schema: string, directory: string, log: Logger): Promise<void> {
  const connection: unknown = await database.client.acquireConnection();
  const lock = (name: string) =>
    database.raw(`select ${name}(hashtext(?))`, [`migrate:${schema}`]).connection(connection);
  try {
    await lock('pg_advisory_lock');
    await database.raw('create schema if not exists ??', [schema]);
    const config = migratorConfig(schema, directory);
    // Knex keeps a lock row of its own that a killed run leaves locked; ours is held, so nobody else can be running.
    await database.migrate.forceFreeMigrationsLock(config);
    const [, applied] = (await database.migrate.latest(config)) as [number, string[]];
    log.info(applied.length === 0 ? 'schema is up to date' : 'schema migrated', { schema, applied });
  } finally {
    await lock('pg_advisory_unlock').catch(() => undefined);
    await database.client.releaseConnection(connection);
  }
}

/** A readiness check: throws until `schema` has every migration of the folder. */
export async function checkMigrated(database: Knex, schema: string, directory: string): Promise<void> {
  const [, pending] = (await database.migrate.list(migratorConfig(schema, directory))) as [
    unknown,
    unknown[],
  ];
  if (pending.length > 0) throw new Error(`${pending.length} migrations of ${schema} have not run`);
}

function migratorConfig(schema: string, directory: string): Knex.MigratorConfig {
  return { directory, schemaName: schema, loadExtensions: ['.js'], tableName: 'migrations' };
}

/** The whole life of a service's `migrate` process. */
export async function runMigrations(schema: string, directory: string): Promise<void> {
  await runToEnd(async () => {
    const {
      DATABASE_URL: url,
      LOG_LEVEL: level,
      LOG_FORMAT: format,
    } = readEnvironment(undefined, databaseVariables);
    const applicationName = `${schema}-migrate`;
    const log = createLogger({ process: applicationName, level, format });
    const database = createPostgres({ url, schema, applicationName, log, unhurried: true });
    try {
      await migrate(database, schema, directory, log);
    } finally {
      await database.destroy();
    }
  });
}
