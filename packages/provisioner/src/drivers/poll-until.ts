import { setTimeout as sleep } from 'node:timers/promises';

/** How often and how long {@link pollUntil} polls, in milliseconds. */
export interface Polling {
  pollMs: number;
  withinMs: number;
  /** Makes the error for a result that did not arrive in time. */
  late: () => Error;
  /** Ends the wait; its reason is thrown. */
  signal?: AbortSignal | undefined;
}

/** Calls `read` repeatedly until it returns a value other than undefined. @throws what `late` makes after `withinMs` */
export async function pollUntil<T>(
  read: () => Promise<T | undefined>,
  { pollMs, withinMs, late, signal }: Polling,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw late();
    await sleep(pollMs, undefined, signal ? { signal } : {});
  }
}
