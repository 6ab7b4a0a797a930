import type { ErrorBody, ErrorDetail } from '@provisioning/contracts';

/** The fields of a {@link ProvisioningError}. */
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
 * A failure of the client. `status` is the HTTP status, or 0 without a response; `code` is then `network_error`,
 * `timeout`, `wait_timeout`, `webhook_invalid`, `ws_refused` or `ws_<close code>`. `retryAfter` is in seconds.
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

/** The failure that a response describes. The body of a response of a proxy is ignored. */
export function errorOfAnswer(response: Response, body: unknown): ProvisioningError {
  const reported: Partial<ErrorBody> = isErrorBody(body) ? body : {};
  return new ProvisioningError(
    reported.error ?? `The server returned ${response.status} without an error message.`,
    {
      status: response.status,
      code: reported.code ?? `http_${response.status}`,
      details: reported.details,
      requestId: reported.request_id ?? response.headers.get('x-request-id') ?? undefined,
      retryAfter: retryAfterOf(response),
      decisionId: reported.decision_id,
    },
  );
}

function isErrorBody(body: unknown): body is ErrorBody {
  // Safe cast: an object; the type of its member is checked.
  return typeof body === 'object' && body !== null && typeof (body as ErrorBody).error === 'string';
}

function retryAfterOf(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
