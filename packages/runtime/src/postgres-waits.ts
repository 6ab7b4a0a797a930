import { OutOfPatience } from './patience.js';
import { currentContext } from './request-context.js';

/** The time limit of any statement, in milliseconds. */
export const QUERY_TIMEOUT_MS = 5_000;

interface Statement {
  text: string;
  values?: unknown[];
  name?: string;
  query_timeout?: number;
}

type Callback = (error: Error | null, result?: unknown) => void;

/** A connection of `pg`, as far as it is used here: with a callback, as in Knex, or without. */
export interface RawConnection {
  query(statement: string | Statement, callback?: Callback): Promise<unknown>;
  end(): Promise<void>;
  /** Set on a connection that Knex must not use again. */
  __knex__disposed?: unknown;
}

/** The pool of Knex. */
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
 * The wait for each statement counts as well; without patience it is not sent at all. A connection with a pending answer
 * is closed: the next statement would wait for it, and a transaction would stay open.
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

/** Errors of Postgres itself have a severity; those of the connection do not. */
function isAnswer(error: Error): boolean {
  return 'severity' in error;
}
