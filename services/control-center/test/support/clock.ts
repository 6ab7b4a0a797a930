/** A clock that stands still until it is told to go on. */
export function stoppedClock(start = new Date('2026-01-02T03:04:05.678Z')) {
  let now = start;
  return {
    read: () => now,
    forward: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
    },
  };
}
