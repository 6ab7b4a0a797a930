import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import { DriverError } from '../drivers/driver.js';
import { Connection, Full } from './connection.js';
import type { Login } from './login.js';
import { Lost } from './lost.js';
import { shown, type SshTarget } from './ssh-target.js';
import type { Timing } from './timing.js';

// The maximum number of scripts on one host at once, because of their channels; further ones wait.
const MAX_CONNECTIONS = 4;
const MAX_FAILURES = 4;
const PAUSE_MS = 200;
const MAX_PAUSE_MS = 3_000;

/** A session on a server. */
export interface Session {
  channel: ClientChannel;
  connection: Connection;
  /** Releases the session. */
  release(): void;
}

/** The connections to one host. They are shared, and kept for a while. */
export class HostConnections {
  readonly #connections = new Set<Connection>();
  readonly #idle = new Map<Connection, NodeJS.Timeout>();
  readonly #closed = new AbortController();
  readonly #events = new EventTarget();
  #connecting: Promise<void> | undefined;

  constructor(
    private readonly target: SshTarget,
    private readonly login: Login,
    private readonly timing: Timing,
  ) {
    // Any number may wait.
    setMaxListeners(0, this.#events);
  }

  /** Starts a session with a command. @throws DriverError, or the signal's reason */
  async open(command: string, signal: AbortSignal | undefined): Promise<Session> {
    for (let failures = 0; ;) {
      const connection = await this.#acquire(signal);
      const release = () => this.#release(connection);
      const late = AbortSignal.timeout(this.timing.connectMs);
      try {
        const channel = await connection.exec(command, AbortSignal.any([late, ...(signal ? [signal] : [])]));
        return { channel, connection, release };
      } catch (error) {
        // Another connection has room, or this one when one of its sessions ends.
        const crowded = error instanceof Full && connection.users > 1;
        // It may have been lost long ago without notice.
        if (late.aborted) connection.destroy();
        release();
        signal?.throwIfAborted();
        if (crowded) continue;
        if (!(error instanceof Full || error instanceof Lost || late.aborted)) throw error;
        if (++failures === MAX_FAILURES) throw this.#sessionless(error);
        // A server takes a moment to notice that a session has ended.
        await sleep(PAUSE_MS * failures, undefined, signal ? { signal } : {});
      }
    }
  }

  close(): void {
    this.#closed.abort(new DriverError(`The connections to ${shown(this.target)} were closed.`));
    for (const connection of this.#connections) connection.end();
  }

  async #acquire(signal: AbortSignal | undefined): Promise<Connection> {
    for (let mayConnect = true; ;) {
      signal?.throwIfAborted();
      this.#closed.signal.throwIfAborted();
      const free = [...this.#connections].find(({ isFree }) => isFree);
      if (free) {
        clearTimeout(this.#idle.get(free));
        free.use();
        return free;
      }
      if (mayConnect && this.#connections.size < MAX_CONNECTIONS) {
        const failure = await unlessAborted(this.#connectOnce(), signal);
        if (failure && this.#connections.size === 0) throw failure;
        // There is a connection that only has to become free.
        mayConnect = !failure;
        continue;
      }
      const either = AbortSignal.any([this.#closed.signal, ...(signal ? [signal] : [])]);
      await once(this.#events, 'room', { signal: either }).catch(() => either.throwIfAborted());
      mayConnect = true;
    }
  }

  #release(connection: Connection): void {
    connection.release();
    if (connection.users === 0 && !connection.lost.aborted) {
      const idle = setTimeout(() => connection.end(), this.timing.idleMs);
      this.#idle.set(connection, idle.unref());
    }
    this.#events.dispatchEvent(new Event('room'));
  }

  /** One login at a time: sshd refuses many concurrent unauthenticated connections. @returns the failure */
  #connectOnce(): Promise<unknown> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  async #connect(): Promise<void> {
    const late = AbortSignal.timeout(this.timing.connectMs);
    const signal = AbortSignal.any([late, this.#closed.signal]);
    let last: unknown;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      try {
        this.#add(await Connection.open(this.target, this.login, signal));
        return;
      } catch (error) {
        if (error instanceof DriverError) throw error;
        if (error instanceof Lost) last = error;
        // Not all at the same time when a host returns.
        await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
        this.#closed.signal.throwIfAborted();
        if (signal.aborted) throw this.#unreachable(last);
      }
    }
  }

  #add(connection: Connection): void {
    this.#connections.add(connection);
    connection.lost.addEventListener('abort', () => {
      clearTimeout(this.#idle.get(connection));
      this.#idle.delete(connection);
      this.#connections.delete(connection);
      this.#events.dispatchEvent(new Event('room'));
    });
  }

  #unreachable(cause: unknown): DriverError {
    const how = cause instanceof Lost ? cause.how : 'does not answer';
    return new DriverError(
      `${shown(this.target)} ${how}. The program tried for ${this.timing.connectMs / 1000} seconds. Check that the server runs ` +
        'and that its SSH server is reachable from here, then run the command again.',
      { cause },
    );
  }

  #sessionless(cause: unknown): DriverError {
    return new DriverError(
      `${shown(this.target)} accepts the login but opens no session. Check MaxSessions and the log of its SSH server, ` +
        'then run the command again.',
      { cause },
    );
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  // A separate signal: Node reports many listeners on one signal as a leak.
  const own = AbortSignal.any([signal]);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    own.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    own.removeEventListener('abort', stop);
  }
}
