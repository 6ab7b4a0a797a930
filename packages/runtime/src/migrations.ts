import type { Knex } from 'knex';
import type { Logger } from './logger.js';

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
    const config: Knex.MigratorConfig = {
      directory,
      schemaName: schema,
      loadExtensions: ['.js'],
      tableName: 'migrations',
    };
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
  const config: Knex.MigratorConfig = {
    directory,
    schemaName: schema,
    loadExtensions: ['.js'],
    tableName: 'migrations',
  };
  const [, pending] = (await database.migrate.list(config)) as [unknown, unknown[]];
  if (pending.length > 0) throw new Error(`${pending.length} migrations of ${schema} have not run`);
}
