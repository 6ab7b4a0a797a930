/**
 * All kinds of failures of a request or a job, independent of any transport.
 * `http-kit` maps each kind to a status; workers ask {@link Failure.retryable}.
 */
export type FailureKind =
  | 'malformed' // cannot be read: JSON syntax, a query or path parameter
  | 'invalid' // can be read, but violates the schema or a rule
  | 'unauthenticated' // no token, or one that is not (or no longer) valid
  | 'forbidden' // denied by a policy
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'conflict' // the state of the resource does not allow it
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'not_implemented'
  | 'unavailable' // a dependency is away; the same request may succeed later
  | 'internal';

/** One fault of an input: its path (`operations[2].id`, `limit`) and what is wrong there. */
export interface FailureDetail {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

/** Options of a {@link Failure}. */
export interface FailureOptions {
  /** Machine-readable name in snake_case; the kind itself by default. */
  code?: string;
  details?: FailureDetail[];
  /** Seconds after which a repetition makes sense. */
  retryAfter?: number;
  /** Further members of the answer beside `error` and `code`, e.g. a `decision_id`. */
  extra?: Record<string, unknown>;
  /** For the log only: never sent to a client. */
  cause?: unknown;
}

/** An expected failure. `message` is one sentence that says what to do; it may be sent to a client. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly details: FailureDetail[] | undefined;
  readonly retryAfter: number | undefined;
  readonly extra: Record<string, unknown> | undefined;

  constructor(
    readonly kind: FailureKind,
    message: string,
    options: FailureOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? kind;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
    this.extra = options.extra;
  }

  /** Whether the same attempt may succeed later without a change. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'rate_limited' || this.kind === 'internal';
  }
}

/** Whether a value is a {@link Failure}. */
export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure;
}
