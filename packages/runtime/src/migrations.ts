import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { migrationVariables } from './common-variables.js';
import { readEnvironment } from './environment.js';
import { createLogger, type Logger } from './logger.js';
import { createPostgres } from './postgres.js';
import { NotReady } from './probes.js';
import { runToEnd } from './process.js';

const LOCK_TRIES = 20;

/** The sources of a service's schema. */
export interface SchemaSources {
  /** Folder of the compiled migrations: forward only, run in the order of their names. */
  migrations: string;
  /** Folder of SQL files with the schema's functions. All are replaced whenever one of them has changed. */
  functions?: string;
}

/**
 * Migrates `schema` to the newest version. An advisory lock is held for the whole run, so concurrent runs wait for each
 * other; it ends with its session, so a killed run leaves nothing to clean up.
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
    await createMinimum(database, schema);
    const unknown = unknownMigrations(await appliedMigrations(database, schema), sources.migrations);
    if (unknown.length > 0) {
      await checkMinimum(database, schema, sources.migrations);
      // The functions of the newer version also serve this version, but not the reverse.
      log.warn('the schema is of a newer version, and is left as it is', { schema, unknown });
      return;
    }
    const applied = await applyMigrations(database, config);
    log.info(applied.length === 0 ? 'schema is up to date' : 'schema migrated', { schema, applied });
    if (sources.functions && (await replaceFunctions(database, schema, sources.functions)))
      log.info('functions replaced', { schema });
  } finally {
    await lock('pg_advisory_unlock').catch(() => undefined);
    await database.client.releaseConnection(connection);
  }
}

/**
 * Knex has its own lock row, which a killed run leaves locked and readiness checks of 0.1 may insert twice. The advisory
 * lock is held here, so no other run is active.
 */
async function applyMigrations(database: Knex, config: Knex.MigratorConfig): Promise<string[]> {
  for (let tries = LOCK_TRIES; ; tries--) {
    await database.migrate.forceFreeMigrationsLock(config);
    try {
      // Safe cast: the documented result of Knex.
      const [, applied] = (await database.migrate.latest(config)) as [number, string[]];
      return applied;
    } catch (error) {
      const isLocked = error instanceof Error && error.name === 'MigrationLocked';
      if (!isLocked || tries === 1) throw error;
    }
  }
}

/**
 * A readiness check: throws until `schema` has had every migration of the folder and these functions. Migrations that only
 * a newer version has are allowed during its rollout; one that excludes older programs uses {@link requireAtLeast}.
 */
export async function checkMigrated(
  database: Knex,
  schema: string,
  { migrations, functions }: SchemaSources,
): Promise<void> {
  const applied = new Set(await appliedMigrations(database, schema));
  const pending = migrationsIn(migrations).filter((name) => !applied.has(name));
  if (pending.length > 0)
    throw new NotReady(`the schema ${schema} lacks ${pending.length} of its migrations: run migrate`);
  await checkMinimum(database, schema, migrations);
  if (!functions) return;
  // "Has had", not "has": during the rollout of a newer version, the older one still serves.
  const known = await database('function_sets')
    .withSchema(schema)
    .where({ hash: readFunctions(functions).hash })
    .first();
  if (!known) throw new NotReady(`the functions of the schema ${schema} are of another version: run migrate`);
}

/**
 * For a migration with which older programs cannot work: they are not ready from then on, and their workers claim no
 * work.
 * @param migration its name, without an extension
 */
export async function requireAtLeast(knex: Knex, schema: string, migration: string): Promise<void> {
  await knex('schema_min_version').withSchema(schema).delete();
  await knex('schema_min_version').withSchema(schema).insert({ migration });
}

/** @throws NotReady if `schema` needs a newer program than one with the migrations of this folder */
export async function checkMinimum(database: Knex, schema: string, folder: string): Promise<void> {
  const minimum = await minimumOf(database, schema);
  if (minimum === undefined || migrationsIn(folder).includes(`${minimum}.js`)) return;
  throw new NotReady(
    `The schema ${schema} needs a newer version of this program, one with the migration ${minimum}: start that one.`,
  );
}

/** The migration that a program must have; undefined if any may work, as before the schema was first migrated. */
async function minimumOf(database: Knex, schema: string): Promise<string | undefined> {
  if (!(await database.schema.withSchema(schema).hasTable('schema_min_version'))) return undefined;
  const row = await database<{ migration: string }>('schema_min_version').withSchema(schema).first();
  return row?.migration;
}

async function createMinimum(database: Knex, schema: string): Promise<void> {
  await database.raw('create table if not exists ??.schema_min_version (migration text primary key)', [
    schema,
  ]);
}

async function appliedMigrations(database: Knex, schema: string): Promise<string[]> {
  if (!(await database.schema.withSchema(schema).hasTable('migrations'))) return [];
  const rows = await database<{ name: string }>('migrations').withSchema(schema).select('name');
  return rows.map(({ name }) => name);
}

/** The name of the newest migration that `schema` has had, without an extension; undefined before the first. */
export async function schemaVersion(database: Knex, schema: string): Promise<string | undefined> {
  const applied = await appliedMigrations(database, schema);
  return applied.sort().at(-1)?.replace(/\.js$/, '');
}

function migrationsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.js'));
}

function unknownMigrations(applied: readonly string[], folder: string): string[] {
  const known = new Set(migrationsIn(folder));
  return applied.filter((name) => !known.has(name));
}

/** @returns whether any function was replaced */
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
    // Functions may call each other in any order of creation.
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

/**
 * What a `migrate` process does after the schema is up to date.
 * @param restored whether the operator says that the database was restored from a backup (PROVISIONING_RESTORED)
 */
export type AfterMigrations = (database: Knex, log: Logger, restored: boolean) => Promise<void>;

/**
 * Runs a service's `migrate` process.
 * @param readArguments reads the command line first; throws a Failure for unknown arguments
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
      PROVISIONING_RESTORED: restored,
    } = readEnvironment(undefined, migrationVariables);
    const applicationName = `${schema}-migrate`;
    const log = createLogger({ process: applicationName, level, format });
    const database = createPostgres({ url, schema, applicationName, log, unhurried: true });
    try {
      await migrate(database, schema, sources, log);
      await after?.(database, log, restored);
    } finally {
      await database.destroy();
    }
  });
}
