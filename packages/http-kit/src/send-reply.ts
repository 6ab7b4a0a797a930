import { errorOf } from '@provisioning/errors';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Operation } from '@provisioning/contracts';
import { currentContext } from '@provisioning/runtime';
import type { Request, Response } from 'express';
import { setPaging } from './paging.js';
import type { Reply } from './reply.js';
import { VENDOR_TYPE } from './version.js';
import { stateOf } from './request-state.js';

/** The success envelope, with status, paging and location as the operation's contract defines them. */
export function sendReply(
  operation: Operation,
  request: Request,
  response: Response,
  answer: Reply<unknown>,
): void {
  const { list } = operation.success;
  if (list && answer.total !== undefined) {
    // Safe cast: the data of a list is a list, by the type of its reply.
    setPaging(list, request, response, { items: answer.data as unknown[], total: answer.total });
  }
  if (answer.location !== undefined) response.set('Location', answer.location);
  if (answer.replayed) response.set('Idempotent-Replayed', 'true');
  if (answer.headers) response.set(answer.headers);
  if (stateOf(response).vendorType) response.type(VENDOR_TYPE);
  response.status(operation.success.status);
  const envelope = { success: true, data: answer.data };
  // Express compares the ETag with the client's; without an ETag it would only copy the text.
  if (response.hasHeader('ETag')) response.json(envelope);
  else sendText(request, response, JSON.stringify(envelope));
}

/** Head and body in one piece. */
function sendText(request: Request, response: Response, text: string): void {
  if (!response.hasHeader('Content-Type'))
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(request.method === 'HEAD' ? undefined : text);
}

/**
 * A client that disconnects ends the stream. A fault in the middle closes the connection, so that no client takes a
 * part for the whole.
 */
export async function sendStream(
  response: Response,
  { mediaType, filename, chunks }: NonNullable<Reply<unknown>['stream']>,
): Promise<void> {
  // The stream lasts as long as there is something to send.
  currentContext()?.patience?.lift();
  response.status(200);
  if (filename !== null) response.attachment(filename);
  // The type is set last: the extension of the file name must not decide it.
  response.type(mediaType);
  // A proxy that buffers would delay what must arrive now.
  if (filename === null) response.set('X-Accel-Buffering', 'no').flushHeaders();
  await pipeline(Readable.from(chunks), response).catch((error: unknown) => {
    if (!response.destroyed) response.destroy(errorOf(error));
  });
}
