import { Failure } from '@provisioning/errors';
import knex, { type Knex } from 'knex';
import type { Logger } from './logger.js';
import type { PoolState } from './metrics.js';

export interface PostgresOptions {
  url: string;
  /** The service's own schema. */
  schema: string;
  applicationName: string;
  log: Logger;
  poolMax?: number;
  /** For migrations: statements may take as long as they need. */
  unhurried?: boolean;
}

/** A Knex handle whose waits are all bounded: a frozen Postgres gives errors within seconds instead of hanging callers. */
export function createPostgres({
  url,
  schema,
  applicationName,
  log,
  poolMax = 10,
  unhurried = false,
}: PostgresOptions): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      options: `-c search_path=${schema}`,
      connectionTimeoutMillis: 2_000,
      ...(unhurried ? {} : { query_timeout: 5_000, statement_timeout: 5_000 }),
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: poolMax, idleTimeoutMillis: 30_000, propagateCreateError: false },
    acquireConnectionTimeout: 3_000,
    log: limitedLog(log),
  });
}

/** What a driver's connection can do beside what Knex makes of it. */
interface PreparingConnection {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

interface ConnectionSource {
  acquireConnection(): Promise<PreparingConnection>;
  releaseConnection(connection: PreparingConnection): Promise<void>;
}

/**
 * A statement for the paths that are taken all the time: each connection parses and plans it once, under its name, and
 * Knex, which would build its text anew each time, only lends the connection.
 */
export function prepareStatement<Row>(
  database: Knex,
  statement: { name: string; text: string },
): (values: unknown[]) => Promise<Row[]> {
  const source = database.client as ConnectionSource;
  return async (values) => {
    const connection = await source.acquireConnection();
    try {
      return (await connection.query({ ...statement, values })).rows as Row[];
    } finally {
      void source.releaseConnection(connection);
    }
  };
}

/** What its pool is doing, for the metrics. */
export function poolStateOf(database: Knex): PoolState {
  const { pool } = database.client as {
    pool?: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
  };
  // Destroyed, it has none.
  return {
    used: pool?.numUsed() ?? 0,
    idle: pool?.numFree() ?? 0,
    waiting: pool?.numPendingAcquires() ?? 0,
  };
}

/** Knex logs each failed connect with its stack, thousands a second while Postgres is away: say it once a while. */
function limitedLog(log: Logger) {
  let quietUntil = 0;
  const say = (message: unknown) => {
    const now = Date.now();
    if (now < quietUntil) return;
    quietUntil = now + 5_000;
    // The message alone: the stack is Knex's own.
    log.warn('database trouble', { error: message instanceof Error ? message.message : String(message) });
  };
  return { warn: say, error: say, deprecate: say, debug: () => {} };
}

const RETRYABLE_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '40001',
  '40P01',
  '25006',
  '53100',
  '57014',
]);
const RETRYABLE_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const RETRYABLE_TEXTS =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Timeout acquiring a connection|Unable to acquire a connection/;

/** Whether Postgres (not the statement) is the reason: the same call may succeed when it is back. */
export function isPostgresAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (
    typeof code === 'string' &&
    (RETRYABLE_STATES.has(code) || code.startsWith('08') || RETRYABLE_CODES.has(code))
  )
    return true;
  return error.name === 'KnexTimeoutError' || RETRYABLE_TEXTS.test(error.message);
}

/**
 * Says why a process that needs Postgres cannot start; undefined when Postgres is not the reason. Knex tries until its
 * time is up whatever the reason is, which by then stands in the log.
 */
export function postgresFailureAtStart(error: unknown): Failure | undefined {
  if (!isPostgresAway(error)) return undefined;
  const message =
    'The database that DATABASE_URL names does not answer, or refuses us. Start it, or correct DATABASE_URL.';
  return new Failure('unavailable', message, { code: 'database_unavailable', cause: error });
}

/** What callers of the API are told while Postgres is away. */
export function postgresAway(cause: unknown): Failure {
  return new Failure('unavailable', 'The database does not answer. Try again in a few seconds.', {
    code: 'database_unavailable',
    retryAfter: 2,
    cause,
  });
}
