/** The requests that a person or a parent makes by signals, without repeats of the same request. */
export interface StopRequests {
  /** Aborted by the first request. */
  stop: AbortSignal;
  /** Aborted by the second one. */
  hurry: AbortSignal;
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/**
 * npm passes on a Ctrl-C that the terminal has already sent to every process: the second copy is not a second request.
 */
const ECHO_MS = 700;

/** Listens for INT, TERM and HUP for the rest of the process. */
export function stopRequests(): StopRequests {
  const [stop, hurry] = [new AbortController(), new AbortController()];
  let first = 0;
  const listener = (): void => {
    if (!stop.signal.aborted) {
      first = performance.now();
      stop.abort();
    } else if (performance.now() - first > ECHO_MS) {
      hurry.abort();
    }
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
