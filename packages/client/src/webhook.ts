import type { WebhookPayload } from '@provisioning/contracts';
import { ProvisioningError } from './error.js';

export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

export interface VerifyWebhookOptions {
  /** Seconds that it may be old, or ahead of us. Default: 300. */
  tolerance?: number;
  now?: Date;
}

const encoder = new TextEncoder();

/**
 * Proves that a delivery comes from who knows the secret, and lately. The Standard Webhooks headers are checked where they
 * are; without them, the signature in the body is.
 * @param rawBody as it was received: parsed and written again it would be another text
 * @param secrets all that are good, while one is replaced by another
 * @throws ProvisioningError `webhook_invalid`
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
  if (good.length === 0) throw new TypeError('verifyWebhook needs a secret.');
  const id = headerOf(headers, 'webhook-id');
  const sentAt = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');

  const seconds =
    signatures === undefined ? Date.parse(payload.timestamp) / 1000 : Number(sentAt ?? Number.NaN);
  if (!(Math.abs(now.getTime() / 1000 - seconds) <= tolerance)) {
    throw invalid(`The webhook was not sent within ${tolerance} s of now.`);
  }
  for (const secret of good) {
    const proven =
      signatures === undefined
        ? await isSignedInBody(payload, secret)
        : await isSignedInHeaders(`${id ?? ''}.${sentAt ?? ''}.${text}`, signatures, secret);
    if (proven) return payload;
  }
  throw invalid('The webhook’s signature is not by any of the secrets.');
}

/** `sha256=` and the HMAC in hex of the same JSON without the signature. */
async function isSignedInBody({ event, timestamp, data, signature }: WebhookPayload, secret: string) {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(String(signature))?.[1];
  if (hex === undefined) return false;
  const given = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return isHmac(encoder.encode(secret), given, JSON.stringify({ event, timestamp, data }));
}

/** Several, parted by blanks, while a secret is replaced: `v1,<Base64> v1,<Base64>`. */
async function isSignedInHeaders(signed: string, signatures: string, secret: string) {
  for (const signature of signatures.split(' ')) {
    const [version, encoded = ''] = signature.split(',');
    const given = version === 'v1' ? fromBase64(encoded) : undefined;
    if (given !== undefined && (await isHmac(standardKey(secret), given, signed))) return true;
  }
  return false;
}

/** A prefixed secret is the key in Base64; any other is the key itself. */
function standardKey(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : encoder.encode(secret);
  if (key === undefined || key.length === 0) {
    throw new TypeError('A secret that begins with whsec_ goes on in Base64.');
  }
  return key;
}

/** WebCrypto compares in the same time wherever they differ. */
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
    const payload = JSON.parse(text) as Partial<WebhookPayload> | null;
    if (typeof payload?.event === 'string' && typeof payload.timestamp === 'string') {
      return payload as WebhookPayload;
    }
  } catch {
    // Said below, as of any other body that is none.
  }
  throw invalid('The body is not that of a webhook.');
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([header]) => header.toLowerCase() === name)?.[1];
  return Array.isArray(found) ? found[0] : found;
}

const invalid = (message: string) => new ProvisioningError(message, { status: 0, code: 'webhook_invalid' });
