import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { databaseVariables } from './common-variables.js';
import { readEnvironment } from './environment.js';
import { createLogger, type Logger } from './logger.js';
import { createPostgres } from './postgres.js';
import { runToEnd } from './process.js';

/** Where a service keeps what makes its schema. */
export interface SchemaSources {
  /** Folder of the compiled migrations: forward only, run in the order of their names. */
  migrations: string;
  /** Folder of SQL files that create the schema's functions: replaced as a whole whenever one of them has changed. */
  functions?: string;
}

/**
 * Brings `schema` to the newest version, once, whoever else tries at the same time: an advisory lock is held for the
 * whole run and goes with its session, so a run that was killed leaves nothing to clean up.
 */
export async function migrate(
  database: Knex,
  schema: string,
  sources: SchemaSources,
  log: Logger,
): Promise<void> {
  const connection: unknown = await database.client.acquireConnection();
  const lock = (name: string) =>
    database.raw(`select ${name}(hashtext(?))`, [`migrate:${schema}`]).connection(connection);
  try {
    await lock('pg_advisory_lock');
    await database.raw('create schema if not exists ??', [schema]);
    const config = migratorConfig(schema, sources.migrations);
    // Knex keeps a lock row of its own that a killed run leaves locked; ours is held, so nobody else can be running.
    await database.migrate.forceFreeMigrationsLock(config);
    const [, applied] = (await database.migrate.latest(config)) as [number, string[]];
    log.info(applied.length === 0 ? 'schema is up to date' : 'schema migrated', { schema, applied });
    if (sources.functions && (await replaceFunctions(database, schema, sources.functions)))
      log.info('functions replaced', { schema });
  } finally {
    await lock('pg_advisory_unlock').catch(() => undefined);
    await database.client.releaseConnection(connection);
  }
}

/** A readiness check: throws until `schema` has every migration of the folder, and once had these functions. */
export async function checkMigrated(
  database: Knex,
  schema: string,
  { migrations, functions }: SchemaSources,
): Promise<void> {
  const [, pending] = (await database.migrate.list(migratorConfig(schema, migrations))) as [
    unknown,
    unknown[],
  ];
  if (pending.length > 0) throw new Error(`${pending.length} migrations of ${schema} have not run`);
  if (!functions) return;
  // Once had, not has: while a newer version is rolled out, the older one still serves.
  const known = await database('function_sets')
    .withSchema(schema)
    .where({ hash: readFunctions(functions).hash })
    .first();
  if (!known) throw new Error(`the functions of ${schema} are of another version`);
}

/** @returns whether there was anything to replace. */
async function replaceFunctions(database: Knex, schema: string, folder: string): Promise<boolean> {
  const { hash, sql } = readFunctions(folder);
  return database.transaction(async (transaction) => {
    await transaction.raw('set local search_path to ??', [schema]);
    await transaction.raw(
      'create table if not exists function_sets (hash text primary key, placed_at timestamptz not null)',
    );
    const newest = await transaction<{ hash: string; placed_at: Date }>('function_sets')
      .orderBy('placed_at', 'desc')
      .first();
    if (newest?.hash === hash) return false;
    await transaction.raw(`
      do $do$
      declare routine regprocedure;
      begin
        for routine in select oid from pg_proc where pronamespace = current_schema()::regnamespace loop
          execute 'drop function if exists ' || routine || ' cascade';
        end loop;
      end $do$`);
    // Functions may call one another whatever their order.
    await transaction.raw('set local check_function_bodies to off');
    for (const text of sql) await transaction.raw(text);
    await transaction.raw(
      'insert into function_sets values (?, clock_timestamp()) on conflict (hash) do update set placed_at = excluded.placed_at',
      [hash],
    );
    return true;
  });
}

function readFunctions(folder: string): { hash: string; sql: string[] } {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const sql = files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
  return { hash: createHash('sha256').update(sql.join('\0')).digest('hex'), sql };
}

function migratorConfig(schema: string, directory: string): Knex.MigratorConfig {
  return { directory, schemaName: schema, loadExtensions: ['.js'], tableName: 'migrations' };
}

/** What a `migrate` process does once its schema is up to date. */
export type AfterMigrations = (database: Knex, log: Logger) => Promise<void>;

/**
 * The whole life of a service's `migrate` process.
 * @param readArguments reads the command line before anything is done; throws a Failure for what it does not know.
 */
export async function runMigrations(
  schema: string,
  sources: SchemaSources,
  readArguments: (args: readonly string[]) => AfterMigrations | undefined = () => undefined,
): Promise<void> {
  await runToEnd(async () => {
    const after = readArguments(process.argv.slice(2));
    const {
      DATABASE_URL: url,
      LOG_LEVEL: level,
      LOG_FORMAT: format,
    } = readEnvironment(undefined, databaseVariables);
    const applicationName = `${schema}-migrate`;
    const log = createLogger({ process: applicationName, level, format });
    const database = createPostgres({ url, schema, applicationName, log, unhurried: true });
    try {
      await migrate(database, schema, sources, log);
      await after?.(database, log);
    } finally {
      await database.destroy();
    }
  });
}
