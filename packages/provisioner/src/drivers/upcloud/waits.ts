import { DriverError } from '../driver.js';
import { pollUntil, type Polling } from '../poll-until.js';
import type { About, ServerDetails, UpcloudApi } from './api.js';
import type { Pace } from './pace.js';
import { isRefusal } from './upcloud-error.js';

/** How long a server may take to shut down before it is switched off. */
const SOFT_STOP_SECONDS = 60;

/** Waits for states of servers: polls, takes the next step, and polls again. A wait ends when the signal is aborted. */
export class Waits {
  constructor(
    private readonly api: UpcloudApi,
    readonly pace: Pace,
  ) {}

  /** {@link pollUntil} with the driver's intervals. */
  until<T>(read: () => Promise<T | undefined>, wait: Omit<Polling, 'pollMs'>): Promise<T> {
    return pollUntil(read, { ...wait, pollMs: this.pace.pollMs });
  }

  /** Waits until it is in a stable state. Null if it is gone. */
  settled(uuid: string, about: About): Promise<ServerDetails | null> {
    return this.until(
      async () => {
        const server = await this.api.server(uuid, about);
        return server?.state === 'maintenance' ? undefined : server;
      },
      {
        withinMs: this.pace.runningMs,
        late: () => tooLong(about, 'being created or changed', this.pace.runningMs),
        signal: about.signal,
      },
    );
  }

  /** Shuts it down as its power button would. */
  async stopped(uuid: string, about: About): Promise<void> {
    let asked = false;
    await this.until(
      async () => {
        const server = await this.#there(uuid, about);
        if (server.state === 'started' && !asked) {
          asked = await this.#step(() => this.api.stopServer(uuid, 'soft', SOFT_STOP_SECONDS, about));
        }
        return server.state === 'stopped' ? server : undefined;
      },
      {
        withinMs: this.pace.stoppedMs,
        late: () => tooLong(about, 'stopping', this.pace.stoppedMs),
        signal: about.signal,
      },
    );
  }

  async started(uuid: string, about: About): Promise<void> {
    await this.until(
      async () => {
        const server = await this.#there(uuid, about);
        if (server.state === 'stopped') await this.#step(() => this.api.startServer(uuid, about));
        return server.state === 'started' ? server : undefined;
      },
      {
        withinMs: this.pace.runningMs,
        late: () => tooLong(about, 'starting', this.pace.runningMs),
        signal: about.signal,
      },
    );
  }

  /** Destroys it with its disks in any state. @returns false if it was gone already */
  gone(uuid: string, about: About): Promise<boolean> {
    let stopping = false;
    return this.until(
      async () => {
        const server = await this.api.server(uuid, about);
        if (!server) return stopping;
        if (server.state === 'started') {
          if (!stopping) stopping = await this.#step(() => this.api.stopServer(uuid, 'hard', 1, about));
          return undefined;
        }
        if (server.state === 'maintenance') return undefined;
        const deleted = await this.#step(() => this.api.deleteServer(uuid, about));
        return deleted ? true : undefined;
      },
      {
        withinMs: this.pace.goneMs,
        late: () => tooLong(about, 'being destroyed', this.pace.goneMs),
        signal: about.signal,
      },
    );
  }

  /** @returns false if it must wait for something else to end */
  async #step(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (isRefusal(error, 'SERVER_STATE_ILLEGAL', 'STORAGE_STATE_ILLEGAL')) return false;
      throw error;
    }
  }

  async #there(uuid: string, about: About): Promise<ServerDetails> {
    const server = await this.api.server(uuid, about);
    if (!server) throw gone(about.name);
    if (server.state === 'error') throw broken(about.name, uuid);
    return server;
  }
}

/** The error for a server that no longer exists. */
export function gone(name: string): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
  );
}

/** The error for a server in the state `error`. */
export function broken(name: string, uuid: string): DriverError {
  return new DriverError(
    `UpCloud reports server ${name} (${uuid}) in state error. Destroy it and create it again, or contact ` +
      'UpCloud support.',
    { permanent: true },
  );
}

function tooLong({ name }: About, what: string, ms: number): DriverError {
  return new DriverError(
    `Server ${name} at UpCloud is still ${what} after ${Math.round(ms / 60_000)} minutes. ` +
      'Check it in the UpCloud control panel and run the command again; it continues from there.',
  );
}
