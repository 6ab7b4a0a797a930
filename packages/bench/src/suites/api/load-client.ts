import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CONNECTIONS = 50;

/** Requests of one kind, sent over several connections at once. */
export interface Load {
  url: string;
  token: string;
  method: 'GET' | 'POST';
  path: string;
  /** JSON, in which `{n}` stands for the request's number. */
  body?: string;
  requests: number;
  connections: number;
}

/** The result of a load. */
export interface LoadResult {
  perSecond: number;
  /** Milliseconds of each request. */
  times: number[];
  /** An answer other than 200, if there was one. */
  unexpected: string[];
}

/** Sends requests from a separate process. */
export class LoadClient {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./load.js', import.meta.url)), {
    execArgv: [],
  });

  /** @throws for any answer but 200 */
  async run(load: Omit<Load, 'connections'>): Promise<LoadResult> {
    const told = once(this.#child, 'message');
    const died = once(this.#child, 'exit').then(() => {
      throw new Error('the client of the benchmark ended unexpectedly');
    });
    died.catch(() => undefined);
    this.#child.send({ ...load, connections: CONNECTIONS } satisfies Load);
    // Safe cast: the client sends nothing else.
    const [result] = (await Promise.race([told, died])) as [LoadResult];
    const [unexpected] = result.unexpected;
    if (unexpected !== undefined)
      throw new Error(`${load.method} ${load.path} was answered with:\n${unexpected}`);
    return result;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
