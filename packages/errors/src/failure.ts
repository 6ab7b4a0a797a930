/**
 * The closed set of ways in which a request or a job can fail, free of any transport.
 * `http-kit` maps each kind to a status; workers ask {@link Failure.retryable}.
 */
export type FailureKind =
  | 'malformed' // cannot be read: JSON syntax, a query or path parameter
  | 'invalid' // can be read, but breaks its schema or its meaning
  | 'unauthenticated' // no token, or one that is not (or no longer) good
  | 'forbidden' // the policy says no
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'conflict' // the state of the thing does not allow it
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'not_implemented'
  | 'unavailable' // something we depend on is away; the same request may succeed later
  | 'internal';

/** One fault of an input: where it is (`operations[2].id`, `limit`) and what is wrong with it. */
export interface FailureDetail {
  path: string;
  message: string;
  line?: number;
  column?: number;
}

export interface FailureOptions {
  /** Machine-readable name in snake_case; the kind itself by default. */
  code?: string;
  details?: FailureDetail[];
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
  /** Members that the answer carries beside `error` and `code`, e.g. a `decision_id`. */
  extra?: Record<string, string>;
  /** For the log only: never leaves the process. */
  cause?: unknown;
}

/** A failure that was foreseen. `message` is one sentence that its reader can act on; it may reach a client. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: string;
  readonly details: FailureDetail[] | undefined;
  readonly retryAfter: number | undefined;
  readonly extra: Record<string, string> | undefined;

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

  /** Whether the same attempt may succeed later without anybody changing it. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'rate_limited' || this.kind === 'internal';
  }
}

export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure;
}
