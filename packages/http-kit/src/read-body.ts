import { Failure } from '@provisioning/errors';
import express, { type Request, type RequestHandler } from 'express';

const DEFAULT_LIMIT = 100 * 1024;
const MAX_DEPTH = 32;
const MEDIA_TYPES = ['application/json', 'application/vnd.provisioning.v1+json'];

/** Reads a JSON body of at most `limit` bytes and 32 levels; refuses other media types and broken JSON in a sentence. */
export function bodyReader(limit = DEFAULT_LIMIT): RequestHandler {
  const parse = express.json({ limit, type: MEDIA_TYPES, strict: false });
  return (request, response, next) => {
    parse(request, response, (error?: unknown) => {
      try {
        if (error) throw bodyFailure(error, limit);
        if (request.body === undefined) refuseUnread(request);
        else if (depthExceeds(request.body, MAX_DEPTH)) {
          throw new Failure('malformed', `The body is nested more than ${MAX_DEPTH} levels deep.`);
        }
        next();
      } catch (failure) {
        next(failure);
      }
    });
  };
}

function refuseUnread(request: Request): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody) return;
  const given = request.get('content-type');
  throw new Failure(
    'unsupported_media_type',
    `The body must be sent as application/json, not ${given ? `“${given.slice(0, 100)}”` : 'without a Content-Type'}.`,
  );
}

function bodyFailure(error: unknown, limit: number): unknown {
  const { type } = error as { type?: string };
  switch (type) {
    case 'entity.too.large':
      return new Failure(
        'too_large',
        `The body is larger than the ${limit} bytes that this operation takes.`,
      );
    case 'entity.parse.failed':
      return new Failure('malformed', `The body is not valid JSON: ${jsonReason(error)}.`, { cause: error });
    case 'request.aborted':
    case 'request.size.invalid':
      return new Failure('malformed', 'The body ended before its Content-Length.', { cause: error });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Failure(
        'unsupported_media_type',
        'The body must be JSON in UTF-8, without or with gzip, deflate or br.',
        { cause: error },
      );
    default:
      return typeof type === 'string'
        ? new Failure('malformed', 'The body cannot be read.', { cause: error })
        : error;
  }
}

/** V8 quotes the text around the fault, which may hold a password: keep the kind of fault and the position only. */
function jsonReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  if (/end of JSON input/i.test(message)) return 'it ends too early';
  return position ? `unexpected character ${position}` : 'unexpected character';
}

function depthExceeds(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
