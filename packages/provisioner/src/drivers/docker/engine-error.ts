import { DriverError } from '../driver.js';

interface EngineError extends Error {
  statusCode?: number;
  code?: string;
  json?: { message?: string } | null;
  reason?: string;
}

export function statusOf(error: unknown): number | undefined {
  return (error as EngineError | null)?.statusCode;
}

/** Whether the same request may be made again at once: nothing was understood, or nothing came through. */
export function isPassing(error: unknown): boolean {
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

/** What an engine's refusal means for whoever asked for `what`, e.g. "Server web-01 cannot be made". */
export function explain(error: unknown, what: string, address: string): DriverError {
  if (error instanceof DriverError) return error;
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
  // What the engine refuses as it stands, it refuses again; what went wrong inside it may go right.
  const permanent =
    statusCode !== undefined &&
    statusCode >= 400 &&
    statusCode < 500 &&
    statusCode !== 409 &&
    statusCode !== 429;
  return new DriverError(`${what}: the Docker engine at ${address} says: ${said || `status ${statusCode}`}`, {
    permanent,
    cause: error,
  });
}
