import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where a Node process listens after a signal has started its inspector: one process at a time. */
const ADDRESS = 'http://127.0.0.1:9229/json/list';
const LOOK_MS = 50;
const WITHIN_MS = 5_000;

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/** The inspector of another Node process on this machine (https://chromedevtools.github.io/devtools-protocol/v8/). */
export class Inspector {
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #calls = 0;

  private constructor(private readonly socket: WebSocket) {
    // Safe cast: the inspector protocol of Node.js.
    socket.on('message', (data: Buffer) => this.#answered(JSON.parse(data.toString()) as Answer));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the inspected process has gone'));
      this.#waiting.clear();
    });
    socket.on('error', () => undefined);
  }

  /** @throws if another process has the port */
  static async attach(pid: number): Promise<Inspector> {
    if (await targetUrl()) throw new Error(`Somebody else is being inspected at ${ADDRESS}: end that first.`);
    process.kill(pid, 'SIGUSR1');
    for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(LOOK_MS)) {
      const url = await targetUrl();
      if (url === undefined) continue;
      const socket = new WebSocket(url);
      await once(socket, 'open');
      return new Inspector(socket);
    }
    throw new Error(`the process ${pid} does not let itself be inspected`);
  }

  call<Result>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#calls;
    return new Promise<Result>((resolve, reject) => {
      // Safe cast: the answer of the method has the type that the caller states.
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** The process no longer listens. */
  async detach(): Promise<void> {
    const closed = once(this.socket, 'close');
    // It ends the connection of this request: there is no answer to wait for.
    const end = { expression: `require('node:inspector').close()`, includeCommandLineAPI: true };
    this.call('Runtime.evaluate', end).catch(() => undefined);
    await Promise.race([closed, sleep(WITHIN_MS, undefined, { ref: false })]);
    this.socket.terminate();
  }

  #answered({ id, result, error }: Answer): void {
    if (id === undefined) return;
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }
}

async function targetUrl(): Promise<string | undefined> {
  try {
    // Safe cast: the inspector protocol of Node.js.
    const targets = (await (await fetch(ADDRESS)).json()) as { webSocketDebuggerUrl?: string }[];
    return targets[0]?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}
