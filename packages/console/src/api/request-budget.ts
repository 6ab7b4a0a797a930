/** Below this many remaining requests of the minute, nothing is fetched in the background. */
const RESERVE = 25;

let remaining = Infinity;
let resetAt = 0;

/** Notes what a response says about the budget of requests. */
export function noteBudget(headers: Headers): void {
  const left = headers.get('x-ratelimit-remaining');
  if (left === null) return;
  remaining = Number(left);
  resetAt = Number(headers.get('x-ratelimit-reset') ?? 0) * 1000;
}

/** Whether the rest of the budget is kept for what the user does. */
export const isBudgetLow = (): boolean => remaining <= RESERVE && Date.now() <= resetAt;

/** Waits until the user has requests left beyond the reserve. */
export async function untilBudgetAllows(): Promise<void> {
  while (isBudgetLow()) await new Promise((resolve) => setTimeout(resolve, resetAt - Date.now() + 1));
}

/**
 * How often a query is fetched again in the background. While the budget is low the next fetch waits for its reset. The
 * interval never ends: a query asks for it only when it has fetched, and after `false` would not fetch again. A hidden
 * tab does not fetch anyway.
 */
export const every = (milliseconds: number) => (): number =>
  isBudgetLow() ? Math.max(milliseconds, resetAt - Date.now() + 1) : milliseconds;
