import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CONNECTIONS = 50;

/** Requests of one kind, sent over some connections at once. */
export interface Load {
  url: string;
  token: string;
  method: 'GET' | 'POST';
  path: string;
  /** JSON, where `{n}` stands for the request's number. */
  body?: string;
  requests: number;
  connections: number;
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds that each took. */
  times: number[];
  /** An answer that was no 200, if there was one. */
  unexpected: string[];
}

/** Sends requests from a process of its own. */
export class LoadClient {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('./load.js', import.meta.url)), {
    execArgv: [],
  });

  /** @throws when anything but 200 is answered */
  async run(load: Omit<Load, 'connections'>): Promise<LoadResult> {
    const told = once(this.#child, 'message');
    const died = once(this.#child, 'exit').then(() => {
      throw new Error('the client of the benchmark ended by itself');
    });
    died.catch(() => undefined);
    this.#child.send({ ...load, connections: CONNECTIONS } satisfies Load);
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
