/** What a handler answers with; `send-reply` turns it into the envelope, headers and status of the contract. */
export interface Reply<Data> {
  data: Data;
  /** How many items there are in all: makes the answer one page of a list. */
  total?: number;
  /** Path of what was made. */
  location?: string;
  /** The answer given before to the same Idempotency-Key. */
  replayed?: boolean;
  headers?: Record<string, string>;
  /** Sent in place of `data`, piece by piece, as fast as the reader takes it. */
  stream?: { mediaType: string; filename: string | null; chunks: AsyncIterable<string> };
}

export function reply<Data>(data: Data, options: Omit<Reply<Data>, 'data'> = {}): Reply<Data> {
  return { data, ...options };
}

export function page<Item>(items: Item[], total: number): Reply<Item[]> {
  return { data: items, total };
}

/**
 * The same data in one of the media types that the operation also speaks (`alsoAs`), without the envelope.
 * @param filename under which readers keep it; null for what goes on without an end
 */
export function stream(
  mediaType: string,
  filename: string | null,
  chunks: AsyncIterable<string>,
): Reply<never> {
  return { data: undefined as never, stream: { mediaType, filename, chunks } };
}
