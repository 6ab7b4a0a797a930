const LATE_MS = 600_000;

/** @throws if it takes so long that it must be stuck, because a benchmark that waits forever shows nothing */
export async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(new Error(`${what} has not ended within ${LATE_MS / 60_000} minutes.`)),
      LATE_MS,
    );
  });
  try {
    return await Promise.race([work, stuck]);
  } finally {
    clearTimeout(late);
  }
}
