/** Waits; an abort ends the wait with the signal's reason. */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const end = () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Doubled each time and spread over its upper half, so that many clients do not come back at once. */
export function backoff(attempt: number, { baseDelay, maxDelay }: { baseDelay: number; maxDelay: number }) {
  const full = Math.min(maxDelay, baseDelay * 2 ** attempt);
  return full / 2 + (Math.random() * full) / 2;
}
