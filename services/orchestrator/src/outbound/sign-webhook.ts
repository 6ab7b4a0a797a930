import { createHmac } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

/** The body as it is sent: `signature` covers the same JSON without itself. */
export function signedBody(
  { event, timestamp, data }: { event: string; timestamp: string; data: unknown },
  secret: string,
): string {
  const signed = JSON.stringify({ event, timestamp, data });
  return JSON.stringify({ event, timestamp, data, signature: `sha256=${hmac(secret, signed)}` });
}

/**
 * Signs the sent body and the time of sending: with Standard Webhooks, and in a plain form for receivers without a library.
 * @param secrets all valid secrets: each adds a signature
 */
export function signatureHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  const seconds = Math.floor(now.getTime() / 1000);
  const plain = secrets.map((secret) => `v1=${hmac(secret, `${seconds}.${body}`)}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map((secret) => standard(secret).sign(id, now, body)).join(' '),
    'x-webhook-signature': [`t=${seconds}`, ...plain].join(','),
  };
}

const PREFIXED = 'whsec_';

function standard(secret: string): StandardWebhook {
  // A prefixed secret is the key in Base64; any other is the key itself.
  return secret.startsWith(PREFIXED)
    ? new StandardWebhook(secret)
    : new StandardWebhook(Buffer.from(secret), { format: 'raw' });
}
