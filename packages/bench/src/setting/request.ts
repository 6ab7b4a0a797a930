import { Agent, request as send } from 'node:http';

/** Connections are kept, because making them is not what is measured. */
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** The answer to a request. */
export interface Answer {
  status: number;
  text: string;
}

/** One request with a JSON body, over bare `http`: a client that costs more than the server would be measured instead. */
export function request(
  base: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  bearer?: string,
): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(payload === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(payload)) }),
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
  };
  return new Promise((resolve, reject) => {
    const sent = send(new URL(path, base), { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}
