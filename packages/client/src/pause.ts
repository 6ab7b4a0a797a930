/** Waits for `seconds`. An abort ends the wait by throwing the reason of the signal. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Safe cast: the caller receives the reason that it gave, of any type; nothing here reads it.
    if (signal?.aborted) return reject(signal.reason as Error);
    const end = () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    const abort = () => {
      clearTimeout(timer);
      // Safe cast: the caller receives the reason that it gave, of any type; nothing here reads it.
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Exponential backoff in seconds, randomized over its upper half so that clients do not retry simultaneously. */
export function backoff(attempt: number, { baseDelay, maxDelay }: { baseDelay: number; maxDelay: number }) {
  const full = Math.min(maxDelay, baseDelay * 2 ** attempt);
  return full / 2 + (Math.random() * full) / 2;
}
