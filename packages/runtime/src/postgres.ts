import { Failure, codeOf, messageOf } from '@provisioning/errors';
import knex, { type Knex } from 'knex';
import type { Logger } from './logger.js';
import type { PoolState } from './metrics.js';
import {
  limitAcquisitions,
  limitStatements,
  QUERY_TIMEOUT_MS,
  type ConnectionSource,
  type RawConnection,
} from './postgres-waits.js';

/** Options of {@link createPostgres}. */
export interface PostgresOptions {
  url: string;
  /** The service's own schema. */
  schema: string;
  applicationName: string;
  log: Logger;
  poolMax?: number;
  /** For migrations: statements have no time limit. */
  unhurried?: boolean;
}

/**
 * A Knex handle with bounded waits: a frozen Postgres gives errors within seconds instead of blocking callers, and the waits
 * of one request share its patience.
 */
export function createPostgres({
  url,
  schema,
  applicationName,
  log,
  poolMax = 10,
  unhurried = false,
}: PostgresOptions): Knex {
  // Safe cast: the type of Knex lacks options that pg has.
  const database = knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      options: `-c search_path=${schema}`,
      connectionTimeoutMillis: 2_000,
      ...(unhurried ? {} : { query_timeout: QUERY_TIMEOUT_MS, statement_timeout: QUERY_TIMEOUT_MS }),
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: poolMax,
      idleTimeoutMillis: 30_000,
      propagateCreateError: false,
      afterCreate: (
        connection: RawConnection,
        done: (error: Error | null, connection: RawConnection) => void,
      ) => {
        limitStatements(connection);
        done(null, connection);
      },
    },
    acquireConnectionTimeout: 3_000,
    log: limitedLog(log),
  });
  // Safe cast: Knex does not type its client.
  limitAcquisitions(database.client as ConnectionSource);
  return database;
}

/**
 * A statement for frequent use: each connection parses and plans it once, under its name. Knex, which would compose its text
 * each time, only provides the connection.
 */
export function prepareStatement<Row>(
  database: Knex,
  statement: { name: string; text: string },
): (values: unknown[]) => Promise<Row[]> {
  // Safe cast: Knex does not type its client.
  const source = database.client as ConnectionSource;
  return async (values) => {
    const connection = await source.acquireConnection();
    try {
      // Safe cast: pg returns the rows of a statement; the caller states their type.
      const { rows } = (await connection.query({ ...statement, values })) as { rows: unknown[] };
      // Safe cast: the caller states the type of the rows.
      return rows as Row[];
    } finally {
      void source.releaseConnection(connection);
    }
  };
}

/** The state of its pool, for the metrics. */
export function poolStateOf(database: Knex): PoolState {
  // Safe cast: Knex does not type its client.
  const { pool } = database.client as {
    pool?: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
  };
  // A destroyed Knex has none.
  return {
    used: pool?.numUsed() ?? 0,
    idle: pool?.numFree() ?? 0,
    waiting: pool?.numPendingAcquires() ?? 0,
  };
}

/** Knex logs each failed connect with its stack, thousands a second while Postgres is away: this limits it. */
function limitedLog(log: Logger) {
  let quietUntil = 0;
  const say = (message: unknown) => {
    const now = Date.now();
    if (now < quietUntil) return;
    quietUntil = now + 5_000;
    // Only the message: the stack is Knex's own.
    log.warn('database trouble', { error: messageOf(message) });
  };
  return { warn: say, error: say, deprecate: say, debug: () => {} };
}

/** SQLSTATEs of a Postgres that answers and cannot store. */
const STORE_FAULTS: Readonly<Record<string, string>> = {
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53400': 'a limit of its configuration is reached',
  '25006': 'it can only be read (a standby, or default_transaction_read_only)',
  '58030': 'its disk fails (input/output error)',
};
const RETRYABLE_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '40001',
  '40P01',
  '57014',
  ...Object.keys(STORE_FAULTS),
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

/** Whether Postgres, not the statement, is the reason: the same call may succeed later. */
export function isPostgresAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (
    typeof code === 'string' &&
    (RETRYABLE_STATES.has(code) || code.startsWith('08') || RETRYABLE_CODES.has(code))
  )
    return true;
  return error.name === 'KnexTimeoutError' || RETRYABLE_TEXTS.test(error.message);
}

/**
 * Says why a process that needs Postgres cannot start; undefined if Postgres is not the reason. Knex tries until its time
 * limit for any reason, which is in the log by then.
 */
export function postgresFailureAtStart(error: unknown): Failure | undefined {
  if (!isPostgresAway(error)) return undefined;
  const storeFault = storeFaultOf(error);
  const message =
    storeFault === undefined
      ? 'The database that DATABASE_URL names does not answer, or refuses us. Start it, or correct DATABASE_URL.'
      : `The database that DATABASE_URL names cannot store: ${storeFault}.`;
  return new Failure('unavailable', message, { code: 'database_unavailable', cause: error });
}

/** Why Postgres answers and cannot store; undefined if the error has another reason. */
function storeFaultOf(error: unknown): string | undefined {
  return STORE_FAULTS[codeOf(error) ?? ''];
}

/** The API's answer while Postgres is away or cannot store, which different people have to repair. */
export function postgresAway(cause: unknown): Failure {
  const storeFault = storeFaultOf(cause);
  if (storeFault !== undefined)
    return new Failure(
      'unavailable',
      `The database cannot store: ${storeFault}. Reads still work. Try again when an operator has corrected this.`,
      { code: 'database_cannot_store', retryAfter: 10, cause },
    );
  return new Failure('unavailable', 'The database does not answer. Try again in a few seconds.', {
    code: 'database_unavailable',
    retryAfter: 2,
    cause,
  });
}
