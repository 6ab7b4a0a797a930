/** What a handler returns; `send-reply` turns it into the envelope, headers and status of the contract. */
export interface Reply<Data> {
  data: Data;
  /** Number of items in total: makes the answer one page of a list. */
  total?: number;
  /** Path of the object that was created. */
  location?: string;
  /** Set when this is the stored answer to an earlier request with the same Idempotency-Key. */
  replayed?: boolean;
  headers?: Record<string, string>;
  /** Sent instead of `data`, piece by piece, as fast as the client reads it. */
  stream?: { mediaType: string; filename: string | null; chunks: AsyncIterable<string> };
}

/** Returns an answer with this data. */
export function reply<Data>(data: Data, options: Omit<Reply<Data>, 'data'> = {}): Reply<Data> {
  return { data, ...options };
}

/**
 * Returns an answer with one page of a list.
 * @param total number of items in the whole list
 */
export function page<Item>(items: Item[], total: number): Reply<Item[]> {
  return { data: items, total };
}

/**
 * The same data in another media type of the operation (`alsoAs`), without the envelope.
 * @param filename suggested name of the file; null for a stream without an end
 */
export function stream(
  mediaType: string,
  filename: string | null,
  chunks: AsyncIterable<string>,
): Reply<never> {
  // Safe cast: a reply with a stream is sent without data.
  return { data: undefined as never, stream: { mediaType, filename, chunks } };
}
