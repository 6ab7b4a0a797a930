import { DriverError } from '../driver.js';

interface EngineError extends Error {
  statusCode?: number;
  code?: string;
  json?: { message?: string } | null;
  reason?: string;
}

/** The HTTP status of an engine's refusal; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  // Safe cast: a value without that member yields undefined.
  return (error as EngineError | null)?.statusCode;
}

/** Whether the request may be repeated at once: it was not processed, or no answer arrived. */
export function isPassing(error: unknown): boolean {
  // Safe cast: each member may be absent.
  const { statusCode, code } = error as EngineError;
  if (statusCode !== undefined)
    return statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNREFUSED';
}

const AWAY = [
  'ENOENT',
  'ECONNREFUSED',
  'EACCES',
  'EPERM',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'ECONNRESET',
  'EPIPE',
];

/** The error for a refusal of the engine. @param what what could not be done, e.g. "Server web-01 cannot be made" */
export function explain(error: unknown, what: string, address: string): DriverError {
  if (error instanceof DriverError) return error;
  // Safe cast: each member may be absent.
  const { statusCode, code, json, message } = error as EngineError;
  if (statusCode === undefined && code !== undefined && AWAY.includes(code)) {
    const hint =
      code === 'EACCES' || code === 'EPERM'
        ? 'This user has no access to the socket. Grant access to it.'
        : 'Check that it runs and that DOCKER_HOST is correct.';
    return new DriverError(`${what}: the Docker engine at ${address} cannot be reached (${code}). ${hint}`, {
      cause: error,
    });
  }
  const said = (json?.message ?? message).trim().replace(/\s+/g, ' ').slice(0, 500);
  // A refused request (4xx) fails again; an error inside the engine (5xx) may pass.
  const permanent =
    statusCode !== undefined &&
    statusCode >= 400 &&
    statusCode < 500 &&
    statusCode !== 409 &&
    statusCode !== 429;
  return new DriverError(
    `${what}: the Docker engine at ${address} refused: ${said || `status ${statusCode}`}`,
    {
      permanent,
      cause: error,
    },
  );
}
