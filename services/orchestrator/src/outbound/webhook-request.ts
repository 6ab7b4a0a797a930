import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { isPublicAddress } from './address-guard.js';
import { hostOf, PRIVATE_TARGET, targetFault, type TargetRules } from './webhook-target.js';

/** Resolves all addresses of a name. */
export type Resolver = (name: string) => Promise<LookupAddress[]>;

/** A target that is not allowed: nothing was sent. */
export class RefusedTarget extends Error {}

const PATIENCE_MS = 10_000;
/** The maximum size that is read of an answer, so that its connection ends properly; it is not shown. */
const MOST_BYTES = 64 * 1024;

/** Options of {@link postText}. */
export interface PostOptions extends TargetRules {
  resolve?: Resolver;
  patienceMs?: number;
}

/** The parts of an answer that are used. */
export interface PostAnswer {
  status: number;
  /** The header of that name (RFC 9110), not parsed. */
  retryAfter: string | undefined;
}

/**
 * Posts a text once, without redirects, and only to an address that was checked. The name is resolved once and the
 * connection uses that result, so a later answer of the DNS has no effect.
 * @returns the answer. @throws RefusedTarget, or the error of the connection
 */
export async function postText(
  target: string,
  headers: Record<string, string>,
  text: string,
  { allowPrivate, resolve = resolveAll, patienceMs = PATIENCE_MS }: PostOptions,
): Promise<PostAnswer> {
  const signal = AbortSignal.timeout(patienceMs);
  const fault = targetFault(target, { allowPrivate });
  if (fault !== undefined) throw new RefusedTarget(`The URL ${fault}.`);
  const url = new URL(target);
  const addresses = await within(signal, addressesOf(hostOf(url), resolve));
  if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
    throw new RefusedTarget(`The URL ${PRIVATE_TARGET}.`);

  const body = Buffer.from(text);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(body.length) },
    // A separate connection, which is not kept open for later.
    agent: false,
    lookup: alreadyLookedUp(addresses),
    signal,
  };
  return new Promise((resolve_, reject) => {
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
    sent.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        if (allowPrivate || isPublicAddress(socket.remoteAddress ?? '')) return;
        sent.destroy(new RefusedTarget(`The URL ${PRIVATE_TARGET}.`));
      });
    });
    sent.on('error', (error) => reject(signal.aborted ? late(patienceMs) : error));
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      drain(response).then(
        () => resolve_({ status, retryAfter: answered['retry-after'] }),
        (error: Error) => reject(signal.aborted ? late(patienceMs) : error),
      );
    });
    sent.end(body);
  });
}

/** Reads up to the end or the maximum size; the rest is not waited for. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of response) {
    // Safe cast: the response has no encoding, so its chunks are buffers.
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) break;
  }
  response.destroy();
}

async function addressesOf(host: string, resolve: Resolver): Promise<LookupAddress[]> {
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  if (addresses.length === 0) throw new Error(`The name ${host} has no address.`);
  return addresses;
}

/** Whether a name has an address that is not public. A name that cannot be resolved now is checked when it is sent to. */
export async function leadsToPrivate(target: string, resolve: Resolver = resolveAll): Promise<boolean> {
  try {
    const addresses = await within(AbortSignal.timeout(2_000), addressesOf(hostOf(new URL(target)), resolve));
    return !addresses.every(({ address }) => isPublicAddress(address));
  } catch {
    return false;
  }
}

function alreadyLookedUp(addresses: LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) return callback(null, addresses);
    const first = addresses[0]!;
    callback(null, first.address, first.family);
  };
}

function resolveAll(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('The name could not be resolved in time.'));
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function late(patienceMs: number): Error {
  return new Error(`There was no answer within ${patienceMs / 1000} seconds.`);
}
