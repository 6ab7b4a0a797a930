interface Envelope {
  success: boolean;
  data?: unknown;
  error?: string;
  code?: string;
  decision_id?: string;
}

export interface Answer {
  status: number;
  body: Envelope;
  text: string;
  headers: Headers;
}

export interface CallOptions {
  method?: string;
  bearer?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

/** One request on a separate connection, so that nothing is left open. With a body, the default method is POST. */
export async function call(
  url: string,
  { method, bearer, body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: method?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      Connection: 'close',
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const type = response.headers.get('content-type') ?? '';
  // A stream of events has no end.
  if (type.startsWith('text/event-stream')) await response.body?.cancel();
  const text = type.startsWith('text/event-stream') ? '' : await response.text();
  const envelope = /json(;|$)/.test(type) ? (JSON.parse(text) as Envelope) : { success: response.ok };
  return { status: response.status, body: envelope, text, headers: response.headers };
}

/**
 * Returns the data of a successful answer.
 * @throws with the whole answer when it is none
 */
export async function dataOf<Data>(answer: Promise<Answer>): Promise<Data> {
  const { status, body } = await answer;
  if (status >= 300 || !body.success) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data as Data;
}
