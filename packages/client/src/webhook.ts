import type { WebhookPayload } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';

/** The headers of a received request. Names are not case-sensitive. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

/** Options of {@link verifyWebhook}. */
export interface VerifyWebhookOptions {
  /** Maximum difference in seconds between the time of the delivery and now. Default: 300. */
  tolerance?: number;
  now?: Date;
}

const encoder = new TextEncoder();

/**
 * Verifies the signature and the age of a webhook delivery. It uses the Standard Webhooks headers or, without them, the
 * signature in the body.
 * @param rawBody the body as received; the signature does not match a re-serialized body
 * @param secrets every valid secret, for example both while one replaces the other
 * @returns the payload
 * @throws ProvisioningError `webhook_invalid` @throws TypeError without a valid secret
 */
export async function verifyWebhook(
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { tolerance = 300, now = new Date() }: VerifyWebhookOptions = {},
): Promise<WebhookPayload> {
  const text = typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody);
  const payload = payloadIn(text);
  const good = [secrets].flat().filter((secret) => secret !== '');
  if (good.length === 0) throw new TypeError('secrets must contain at least one secret.');
  const id = headerOf(headers, 'webhook-id');
  const sentAt = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');

  const seconds =
    signatures === undefined ? Date.parse(payload.timestamp) / 1000 : Number(sentAt ?? Number.NaN);
  if (!(Math.abs(now.getTime() / 1000 - seconds) <= tolerance)) {
    throw invalid(`The timestamp of the webhook differs from now by more than ${tolerance} s.`);
  }
  for (const secret of good) {
    const proven =
      signatures === undefined
        ? await isSignedInBody(payload, secret)
        : await isSignedInHeaders(`${id ?? ''}.${sentAt ?? ''}.${text}`, signatures, secret);
    if (proven) return payload;
  }
  throw invalid('The signature of the webhook does not match any secret.');
}

/** The signature is `sha256=` and the hexadecimal HMAC of the JSON without `signature`. */
async function isSignedInBody({ event, timestamp, data, signature }: WebhookPayload, secret: string) {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(String(signature))?.[1];
  if (hex === undefined) return false;
  const given = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return isHmac(encoder.encode(secret), given, JSON.stringify({ event, timestamp, data }));
}

/** One signature for each valid secret, separated by spaces: `v1,<Base64> v1,<Base64>`. */
async function isSignedInHeaders(signed: string, signatures: string, secret: string) {
  for (const signature of signatures.split(' ')) {
    const [version, encoded = ''] = signature.split(',');
    const given = version === 'v1' ? fromBase64(encoded) : undefined;
    if (given !== undefined && (await isHmac(standardKey(secret), given, signed))) return true;
  }
  return false;
}

/** A secret with the prefix `whsec_` is a Base64 key; any other secret is the key itself. */
function standardKey(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : encoder.encode(secret);
  if (key === undefined || key.length === 0) {
    throw new TypeError('A secret that starts with "whsec_" must continue in Base64.');
  }
  return key;
}

/** WebCrypto compares in constant time. */
async function isHmac(key: Uint8Array<ArrayBuffer>, given: Uint8Array<ArrayBuffer>, text: string) {
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return subtle.verify('HMAC', imported, given, encoder.encode(text));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function payloadIn(text: string): WebhookPayload {
  try {
    // Safe cast: members are checked below.
    const payload = JSON.parse(text) as Partial<WebhookPayload> | null;
    if (typeof payload?.event === 'string' && typeof payload.timestamp === 'string') {
      // Safe cast: the signature proves that the platform sent it.
      return payload as WebhookPayload;
    }
  } catch {
    // Reported below.
  }
  throw invalid('The body is not a webhook payload.');
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([header]) => header.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}

const invalid = (message: string) => new ProvisioningError(message, { status: 0, code: 'webhook_invalid' });
