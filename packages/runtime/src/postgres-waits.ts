import { OutOfPatience } from './patience.js';
import { currentContext } from './request-context.js';

/** How long a statement may take, in milliseconds, whoever waits for it. */
export const QUERY_TIMEOUT_MS = 5_000;

interface Statement {
  text: string;
  values?: unknown[];
  name?: string;
  query_timeout?: number;
}

type Callback = (error: Error | null, result?: unknown) => void;

/** A connection of `pg`, as far as it is used here: with a callback, as Knex does, or without. */
export interface RawConnection {
  query(statement: string | Statement, callback?: Callback): Promise<unknown>;
  end(): Promise<void>;
  /** Knex asks for it before it lends a connection: one that has it is not lent again. */
  __knex__disposed?: unknown;
}

/** Where Knex keeps its connections. */
export interface ConnectionSource {
  acquireConnection(): Promise<RawConnection>;
  releaseConnection(connection: RawConnection): Promise<void>;
}

/** The wait for a connection counts against the patience of the request that needs it. */
export function limitAcquisitions(source: ConnectionSource): void {
  const acquire = source.acquireConnection.bind(source);
  source.acquireConnection = () => {
    const patience = currentContext()?.patience;
    if (!patience) return acquire();
    return patience.waitFor(acquire(), {
      isAnswer: false,
      late: (connection) => void source.releaseConnection(connection),
    });
  };
}

/**
 * So does the wait for each statement; what is out of patience is not sent at all. A connection that owes an answer is
 * closed: the next statement would wait behind the one that is still under way, and a transaction would stay open.
 */
export function limitStatements(connection: RawConnection): void {
  const send = connection.query.bind(connection);
  const discard = (error: Error) => {
    connection.__knex__disposed = error;
    connection.end().catch(() => undefined);
  };
  connection.query = (given, callback) => {
    const patience = currentContext()?.patience;
    const statement = typeof given === 'string' ? { text: given } : given;
    const leftMs = patience?.leftMs ?? Infinity;
    if (leftMs === 0) {
      const error = new OutOfPatience();
      discard(error);
      if (!callback) return Promise.reject(error);
      process.nextTick(callback, error);
      return Promise.resolve();
    }
    const end = patience?.begin();
    const ended = (error?: Error | null) => {
      end?.(!error || isAnswer(error));
      if (error?.message === 'Query read timeout') discard(error);
    };
    const limited =
      leftMs < QUERY_TIMEOUT_MS ? { ...statement, query_timeout: Math.ceil(leftMs) } : statement;
    if (!callback)
      return send(limited).then(
        (result) => {
          ended();
          return result;
        },
        (error: Error) => {
          ended(error);
          throw error;
        },
      );
    return send(limited, (error, result) => {
      ended(error);
      callback(error, result);
    });
  };
}

/** Errors of Postgres itself have a severity; those of the way to it have none. */
function isAnswer(error: Error): boolean {
  return 'severity' in error;
}
