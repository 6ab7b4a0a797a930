/** A clock that changes only when a test advances it. */
export function stoppedClock(start = new Date('2026-01-02T03:04:05.678Z')) {
  let now = start;
  return {
    read: () => now,
    forward: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
    },
  };
}
