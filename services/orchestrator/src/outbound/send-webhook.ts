import type { Attempt, Outcome } from '../domain/webhook/webhook-sender.js';
import { signatureHeaders, signedBody } from './sign-webhook.js';
import { postText, RefusedTarget, type PostOptions } from './webhook-request.js';

const GONE = 410;
/** Too Many Requests, and Service Unavailable. */
const ASKS_FOR_PATIENCE: ReadonlySet<number> = new Set([429, 503]);
const UNANSWERED = { status: null, refused: false, retryAfter: null, gone: false, withheld: false } as const;

/** Makes an attempt. It never rejects: failures are results. */
export async function sendWebhook(attempt: Attempt, options: PostOptions): Promise<Outcome> {
  const [secret] = attempt.secrets;
  if (secret === undefined) {
    const error = 'The secret cannot be decrypted, because JWT_SECRET was changed. Set a new secret.';
    return { ...UNANSWERED, error };
  }
  const { deliveryId, event, at, data } = attempt;
  const body = signedBody({ event, timestamp: at.toISOString(), data: JSON.parse(data) }, secret);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'provisioning-webhooks/1',
    ...signatureHeaders(deliveryId, body, attempt.secrets, new Date()),
  };
  try {
    const { status, retryAfter } = await postText(attempt.url, headers, body, options);
    const taken = status >= 200 && status < 300;
    return {
      status,
      error: taken ? null : refusalOf(status),
      refused: false,
      retryAfter: ASKS_FOR_PATIENCE.has(status) ? secondsOf(retryAfter, new Date()) : null,
      gone: status === GONE,
      withheld: false,
    };
  } catch (error) {
    return { ...UNANSWERED, error: reasonOf(error), refused: error instanceof RefusedTarget };
  }
}

/** @param text of Retry-After: seconds, or an HTTP date. @returns seconds, 0 for the past; null for anything else */
export function secondsOf(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = / GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}

function refusalOf(status: number): string {
  if (status === GONE) return 'The endpoint answered with 410 (Gone): it accepts no more deliveries.';
  const redirect = status >= 300 && status < 400;
  return `The endpoint answered with ${status}.${redirect ? ' Redirects are not followed.' : ''}`;
}

/** The error's message contains addresses: only its code is shown. */
function reasonOf(error: unknown): string {
  // Safe cast: requests fail with errors, and the type of the code is checked.
  const { code, message } = error as { code?: unknown; message: string };
  return typeof code === 'string' ? `The endpoint could not be reached (${code}).` : message;
}
