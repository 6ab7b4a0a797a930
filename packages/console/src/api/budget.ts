import { CONTROL_CENTER } from './base.js';
import { untilSessionBegan } from './session-end.js';
import { noteControlCenter } from './control-center-state.js';
import { isBudgetLow, noteBudget } from './request-budget.js';

const UNAVAILABLE = new Set([502, 503, 504]);

/**
 * Notes what each response says about the control center, and what a read says about the budget of requests, which all
 * tabs of the user share. When the session has ended, a change waits until the user has signed in again and is then sent
 * as it was, with its own Idempotency-Key; reads are fetched again anyway.
 */
export const budgetedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init).catch((error: unknown) => {
    // A control center that accepts connections and never answers.
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    if (isLate && String(input).startsWith(CONTROL_CENTER)) noteControlCenter(false);
    throw error;
  });
  const isRead = (init?.method ?? 'GET') === 'GET';
  // What is fetched in the background are reads. A change may have a smaller budget of its own.
  if (isRead) noteBudget(response.headers);
  if (String(input).startsWith(CONTROL_CENTER)) noteControlCenter(!UNAVAILABLE.has(response.status));
  if (response.status !== 401) return response;
  const began = untilSessionBegan();
  if (isRead) return response;
  await began;
  // The time limit of the first attempt has passed while the user signed in.
  return fetch(input, { ...init, signal: null });
};

/** Whether the page may fetch what the user did not request. */
export function mayFetchInBackground(): boolean {
  return document.visibilityState === 'visible' && !isBudgetLow();
}
