/** An answer, and when it was requested: only an answer that was requested later is newer than an event. */
export interface Fetched<Data> {
  data: Data;
  /** By `performance.now()`. */
  requestedAt: number;
}

/** Adds the time of its request to an answer. */
export async function fetched<Data>(request: Promise<Data>): Promise<Fetched<Data>> {
  const requestedAt = performance.now();
  return { data: await request, requestedAt };
}

/** Rows on a page of a list. */
export const PAGE = 50;
