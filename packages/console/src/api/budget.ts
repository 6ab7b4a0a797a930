import { sessionEnded } from './session-end.js';

/** Below this many remaining requests of the minute, nothing is fetched in the background. */
const RESERVE = 25;

let remaining = Infinity;
let resetAt = 0;

/** Notes how much of the person's budget of requests is left, which all tabs share, and that the session has ended. */
export const budgetedFetch: typeof fetch = async (...args) => {
  const response = await fetch(...args);
  if (response.status === 401) sessionEnded();
  const left = response.headers.get('x-ratelimit-remaining');
  const reset = response.headers.get('x-ratelimit-reset');
  if (left !== null) {
    remaining = Number(left);
    resetAt = Number(reset ?? 0) * 1000;
  }
  return response;
};

/** Whether the page may fetch what the user did not request. */
export function mayFetchInBackground(): boolean {
  return document.visibilityState === 'visible' && (remaining > RESERVE || Date.now() > resetAt);
}
