/** How a wait is reported. */
export interface WaitReports {
  /** Gets lines for people. */
  report: (line: string) => void;
  /** Time between two lines, in milliseconds; 15 s where absent. */
  waitingEveryMs?: number;
}

/** Reports at intervals that `name` is not ready yet, for as long as `work` takes: a slow machine is not an error. */
export async function reportWaiting<T>(
  name: string,
  work: Promise<T>,
  { report, waitingEveryMs = 15_000 }: WaitReports,
): Promise<T> {
  const since = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - since) / 1000);
    report(`${name} is not ready after ${seconds} s; still waiting for it (press Ctrl-C to stop)`);
  }, waitingEveryMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
