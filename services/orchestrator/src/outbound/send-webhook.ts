import type { Attempt, Outcome } from '../domain/webhook/webhook-sender.js';
import { signatureHeaders, signedBody } from './sign-webhook.js';
import { postText, RefusedTarget, type PostOptions } from './webhook-request.js';

/** Makes an attempt. It never rejects: whatever happens is how it went. */
export async function sendWebhook(attempt: Attempt, options: PostOptions): Promise<Outcome> {
  const [secret] = attempt.secrets;
  if (secret === undefined) {
    const error = 'The secret cannot be read any more, since the token secret was changed: set a new one.';
    return { status: null, error, refused: false };
  }
  const { deliveryId, event, at, data } = attempt;
  const body = signedBody({ event, timestamp: at.toISOString(), data: JSON.parse(data) }, secret);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'provisioning-webhooks/1',
    ...signatureHeaders(deliveryId, body, attempt.secrets, new Date()),
  };
  try {
    const status = await postText(attempt.url, headers, body, options);
    const taken = status >= 200 && status < 300;
    return { status, error: taken ? null : refusalOf(status), refused: false };
  } catch (error) {
    return { status: null, error: reasonOf(error), refused: error instanceof RefusedTarget };
  }
}

function refusalOf(status: number): string {
  const redirect = status >= 300 && status < 400;
  return `The endpoint answered with ${status}.${redirect ? ' Redirects are not followed.' : ''}`;
}

/** The error's own words name addresses: only its code is shown. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message: string };
  return typeof code === 'string' ? `The endpoint could not be reached (${code}).` : message;
}
