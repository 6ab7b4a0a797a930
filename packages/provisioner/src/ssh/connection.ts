import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import ssh2, { type Client, type ClientChannel, type PublicKeyAuthMethod } from 'ssh2';
import { HostKeyCheck } from './host-key-check.js';
import { loginRefused, userOf, type Login } from './login.js';
import { Lost } from './lost.js';
import type { SshTarget } from './ssh-target.js';

// sshd allows ten sessions per connection by default.
const CHANNELS = 8;

/** The server refused another session on this connection. */
export class Full extends Error {}

/** A login to a server. */
export class Connection {
  #users = 0;
  #capacity = CHANNELS;
  readonly #lost = new AbortController();

  private constructor(
    private readonly target: SshTarget,
    private readonly client: Client,
    private readonly socket: Socket,
  ) {
    client.on('error', (error) => this.#lose(new Lost(target, error)));
    client.on('close', () => this.#lose(new Lost(target)));
  }

  /** @throws DriverError for a permanent failure; Lost for a temporary one */
  static async open(target: SshTarget, login: Login, signal: AbortSignal): Promise<Connection> {
    const check = await HostKeyCheck.of(target, login);
    const socket = await openSocket(target, signal);
    const client = new ssh2.Client();
    // Errors after the first one.
    client.on('error', () => {});
    const stop = () => socket.destroy();
    signal.addEventListener('abort', stop);
    try {
      const ready = new Promise<void>((resolve, reject) => {
        client.once('ready', resolve);
        client.once('error', reject);
        client.once('close', () => reject(new Error('closed')));
      });
      const username = userOf(target, login);
      const key: PublicKeyAuthMethod = { type: 'publickey', username, key: login.key };
      client.connect({
        sock: socket,
        username,
        authHandler: [key],
        hostVerifier: (key: Buffer) => check.accepts(key),
        algorithms: { serverHostKey: check.algorithms },
        // The caller has its own deadline.
        readyTimeout: 0,
      });
      await ready;
      await check.remember();
      signal.throwIfAborted();
      return new Connection(target, client, socket);
    } catch (error) {
      socket.destroy();
      if (check.refusal) throw check.refusal;
      signal.throwIfAborted();
      throw loginRefused(error, target, login) ?? (error instanceof Error ? new Lost(target, error) : error);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  get isFree(): boolean {
    return !this.lost.aborted && this.#users < this.#capacity;
  }

  get users(): number {
    return this.#users;
  }

  /** Aborted with {@link Lost} when the connection is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** An idle connection does not keep the process alive. */
  use(): void {
    if (this.#users++ === 0) this.socket.ref();
  }

  release(): void {
    if (--this.#users === 0) this.socket.unref();
  }

  /** The caller already counts as a user of the connection. @throws Full, Lost, or the signal's reason */
  async exec(command: string, signal: AbortSignal): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const give = AbortSignal.any([signal, this.lost]);
      const giveUp = () => reject(give.reason);
      give.addEventListener('abort', giveUp);
      if (give.aborted) return giveUp();
      const settle = (error: Error | undefined, channel?: ClientChannel) => {
        give.removeEventListener('abort', giveUp);
        if (give.aborted || !channel) channel?.close();
        else return resolve(channel);
        if (give.aborted) return;
        this.#capacity = Math.max(1, this.#users - 1);
        reject(new Full(error?.message));
      };
      try {
        this.client.exec(command, settle);
      } catch (error) {
        // The channel ends before it reports that.
        this.destroy(error);
      }
    });
  }

  end(): void {
    this.client.end();
    this.#lose(new Lost(this.target));
  }

  destroy(cause?: unknown): void {
    this.#lose(new Lost(this.target, cause));
  }

  #lose(reason: Lost): void {
    if (this.lost.aborted) return;
    this.#lost.abort(reason);
    if (!this.socket.writableEnded) this.socket.destroy();
  }
}

async function openSocket(target: SshTarget, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const { host, port = 22 } = target;
  const socket = connect({ host, port, noDelay: true });
  // Events after the caller has gone.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new Lost(target, error);
  }
}
