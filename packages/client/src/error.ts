import type { ErrorBody, ErrorDetail } from '@provisioning/contracts';

export interface ProvisioningErrorInit {
  status: number;
  code: string;
  details?: readonly ErrorDetail[] | undefined;
  requestId?: string | undefined;
  /** Seconds. */
  retryAfter?: number | undefined;
  decisionId?: string | undefined;
  cause?: unknown;
}

/**
 * Every failure of the client. `status` is the answer's, or 0 where there was none: then `code` is `network_error`,
 * `timeout`, `wait_timeout` or `invalid_answer`.
 */
export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly decisionId: string | undefined;

  constructor(message: string, init: ProvisioningErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.status = init.status;
    this.code = init.code;
    this.details = init.details ?? [];
    this.requestId = init.requestId;
    this.retryAfter = init.retryAfter;
    this.decisionId = init.decisionId;
  }
}

/** The failure that an answer tells of. A proxy may have answered instead of the service, in words of its own. */
export function errorOfAnswer(response: Response, body: unknown): ProvisioningError {
  const told: Partial<ErrorBody> = isErrorBody(body) ? body : {};
  return new ProvisioningError(told.error ?? `The server answered ${response.status} without saying why.`, {
    status: response.status,
    code: told.code ?? `http_${response.status}`,
    details: told.details,
    requestId: told.request_id ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfterOf(response),
    decisionId: told.decision_id,
  });
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && typeof (body as ErrorBody).error === 'string';
}

function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
