import { DriverError } from '../driver.js';

/** Whether the request may be repeated: it was not acted on, it may have been, or it was refused. */
export type Again = 'safe' | 'unsure' | 'useless';

interface UpcloudErrorOptions extends ErrorOptions {
  again: Again;
  permanent?: boolean;
  status?: number;
  code?: string | null;
  /** How long UpCloud asks to wait. */
  retryAfterMs?: number | null;
}

/** UpCloud refused a request or did not answer it. */
export class UpcloudError extends DriverError {
  readonly again: Again;
  readonly status: number | null;
  /** The error code of UpCloud, for example `SERVER_NOT_FOUND`. */
  readonly code: string | null;
  readonly retryAfterMs: number | null;

  constructor(message: string, { again, permanent, status, code, retryAfterMs, cause }: UpcloudErrorOptions) {
    super(message, { permanent: permanent ?? false, cause });
    this.again = again;
    this.status = status ?? null;
    this.code = code ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/** Whether UpCloud refused with one of those codes. */
export function isRefusal(error: unknown, ...codes: readonly string[]): error is UpcloudError {
  return error instanceof UpcloudError && error.code !== null && codes.includes(error.code);
}
