import { Failure } from '@provisioning/errors';
import {
  decodeUtf8,
  readJson,
  readLongJson,
  type JsonFault,
  type JsonRules,
  type ReadJson,
} from '@provisioning/input';
import { nextTurn } from '@provisioning/runtime';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { invalidInput } from './validate.js';
import { stateOf } from './request-state.js';

const DEFAULT_LIMIT = 100 * 1024;
const MEDIA_TYPES = ['application/json', 'application/vnd.provisioning.v1+json'];
/** Larger bodies are processed in slices, so that other requests are answered in between. */
const LONG_BYTES = 128 * 1024;
/** A body of 8 MB within these limits is parsed in two slices; no operation needs more. */
const RULES: JsonRules = { maxDepth: 32, maxMembers: 1_000, maxContainers: 400_000 };

/** Limits of a body. */
export interface BodyOptions {
  /** In bytes, after decompression; 100 KB where absent. */
  limit?: number | undefined;
  /** Accepts text that Postgres cannot store: the other service reports requests, which may contain any text. */
  anyText?: boolean;
}

/**
 * Returns a reader of JSON bodies in UTF-8. It passes on a Failure: `too_large` (413), `unsupported_media_type` (415),
 * `malformed` (400) for JSON that is broken or ambiguous, `invalid` (422) for text that Postgres cannot store.
 */
export function bodyReader({ limit = DEFAULT_LIMIT, anyText = false }: BodyOptions): RequestHandler {
  const readBytes = express.raw({ limit, type: MEDIA_TYPES });
  const rules = { ...RULES, anyText };
  return (request, response, next) => {
    if (!isUtf8(request.headers['content-type'])) return next(unsupportedEncoding());
    readBytes(request, response, (error?: unknown) => {
      if (error) return next(bodyFailure(error, request, limit));
      void understand(request, response, rules).then(() => next(), next);
    });
  };
}

/** Whether the body is so long that it is processed in slices. */
export function hasLongBody(response: Response): boolean {
  return stateOf(response).longBody === true;
}

async function understand(request: Request, response: Response, rules: JsonRules): Promise<void> {
  // Safe cast: the raw parser of Express leaves a buffer, or nothing.
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined) return refuseUnread(request);
  if (bytes.length > LONG_BYTES) {
    stateOf(response).longBody = true;
    await nextTurn();
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Failure('malformed', 'The body must be text in UTF-8.');
  // An empty body is an empty object: clients send it where every field is optional.
  const read = text === '' ? { value: {} } : await readText(text, rules, response);
  if ('fault' in read) throw faultyJson(read.fault);
  request.body = read.value;
  if (hasLongBody(response)) await nextTurn();
}

async function readText(text: string, rules: JsonRules, response: Response): Promise<ReadJson> {
  return hasLongBody(response) ? readLongJson(text, rules, nextTurn) : readJson(text, rules);
}

function faultyJson({ kind, path, message }: JsonFault): Failure {
  const details = [{ path, message }];
  if (kind === 'text') return invalidInput('invalid', 'The body', details);
  return new Failure('malformed', `The body ${path === '' ? message : `is ambiguous: ${path} ${message}`}.`, {
    ...(path === '' ? {} : { details }),
  });
}

/** `charset` has no meaning for JSON (RFC 8259), so any spelling of UTF-8 is accepted. */
function isUtf8(contentType: string | undefined): boolean {
  const charsets = contentType?.matchAll(/;\s*charset\s*=\s*("?)([^";\s]*)\1/gi) ?? [];
  return [...charsets].every(([, , charset]) => /^utf-?8$/i.test(charset ?? ''));
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

function unsupportedEncoding(cause?: unknown): Failure {
  return new Failure(
    'unsupported_media_type',
    'The body must be JSON in UTF-8. Its Content-Encoding may be gzip, deflate or br.',
    cause === undefined ? {} : { cause },
  );
}

/** @param error of `http-errors` or zlib, from reading the bytes. */
function bodyFailure(error: unknown, request: Request, limit: number): Failure {
  const encoding = request.headers['content-encoding'];
  // Safe cast: errors of body-parser have a type; any other value has none.
  switch ((error as { type?: string }).type) {
    case 'entity.too.large':
      return new Failure('too_large', `The body must have at most ${limit} bytes, after decompression.`);
    case 'request.aborted':
    case 'request.size.invalid':
      return new Failure('malformed', 'The body must be as long as its Content-Length says.', {
        cause: error,
      });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return unsupportedEncoding(error);
    default:
      return new Failure(
        'malformed',
        encoding === undefined
          ? 'The body could not be read. Send it again.'
          : `The body must be valid ${encoding.toLowerCase()}, as its Content-Encoding says.`,
        { cause: error },
      );
  }
}
