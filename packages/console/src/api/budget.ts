import { CONTROL_CENTER } from './base.js';
import { untilSessionBegan } from './session-end.js';
import { noteControlCenter } from './control-center-state.js';
import { isBudgetLow, noteBudget } from './request-budget.js';

const UNAVAILABLE = new Set([502, 503, 504]);

/**
 * Notes what each response says about the budget of requests, which all tabs of the user share, and about the control
 * center. When the session has ended, a change waits until the user has signed in again and is then sent as it was, with
 * its own Idempotency-Key; reads are fetched again anyway.
 */
export const budgetedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init).catch((error: unknown) => {
    // A control center that accepts connections and never answers.
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    if (isLate && String(input).startsWith(CONTROL_CENTER)) noteControlCenter(false);
    throw error;
  });
  note(String(input), response);
  if (response.status !== 401) return response;
  const began = untilSessionBegan();
  if ((init?.method ?? 'GET') === 'GET') return response;
  await began;
  // The time limit of the first attempt has passed while the user signed in.
  return fetch(input, { ...init, signal: null });
};

function note(url: string, response: Response): void {
  noteBudget(response.headers);
  if (url.startsWith(CONTROL_CENTER)) noteControlCenter(!UNAVAILABLE.has(response.status));
}

/** Whether the page may fetch what the user did not request. */
export function mayFetchInBackground(): boolean {
  return document.visibilityState === 'visible' && !isBudgetLow();
}
