import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  method: string;
  /** With its query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Key {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Signature {
  region: string;
  service: string;
}

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
const FIVE_MINUTES = 300_000;

/**
 * Checks a signature of version 4 as AWS describes it, without any code of the SDK.
 * @returns its scope, or what is wrong with it
 */
export function checkSignature(request: SignedRequest, key: Key): Signature | string {
  const { headers } = request;
  const [, id, day = '', region = '', service = '', names = '', claimed = ''] =
    FORM.exec(headers.authorization ?? '') ?? [];
  if (id === undefined) return 'MissingAuthenticationToken';
  if (id !== key.accessKeyId) return 'AuthFailure';
  if (headers['x-amz-security-token'] !== key.sessionToken) return 'AuthFailure';
  const date = header(headers, 'x-amz-date');
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (!date.startsWith(day) || !(Math.abs(Date.now() - at) < FIVE_MINUTES)) return 'RequestExpired';
  const signed = names.split(';');
  const needed = ['host', 'x-amz-date', ...(key.sessionToken ? ['x-amz-security-token'] : [])];
  if (!needed.every((name) => signed.includes(name))) return 'IncompleteSignature';
  const { pathname, searchParams } = new URL(request.url, 'http://host');
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    ...[request.method, pathname, query],
    ...signed.map((name) => `${name}:${header(headers, name).trim().replace(/\s+/g, ' ')}`),
    '',
    ...[names, sha256(request.body)],
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const secret = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${key.secretAccessKey}`,
  );
  const right = timingSafeEqual(hmac(secret, text), Buffer.from(claimed, 'hex'));
  return right ? { region, service } : 'SignatureDoesNotMatch';
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
