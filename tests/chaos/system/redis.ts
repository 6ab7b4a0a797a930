import { startRedis, type RunningServer } from '@provisioning/embedded';
import { Redis } from 'ioredis';

/** A Redis of the suite, to be killed, frozen and emptied. */
export class StormRedis {
  #busy = false;

  private constructor(
    private readonly folder: string,
    private server: RunningServer,
  ) {}

  static async start(folder: string): Promise<StormRedis> {
    return new StormRedis(folder, await started(folder));
  }

  get url(): string {
    return this.server.url;
  }

  /**
   * Each fault has it alone.
   * @returns false when another has it.
   */
  async #alone(act: () => Promise<void>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      await act();
      return true;
    } finally {
      this.#busy = false;
    }
  }

  killAndRestart(pause: () => Promise<void>): Promise<boolean> {
    return this.#alone(async () => {
      process.kill(this.server.pid, 'SIGKILL');
      await this.server.exited;
      await pause();
      this.server = await started(this.folder, this.server.port);
    });
  }

  flush(): Promise<boolean> {
    return this.#alone(async () => {
      const client = new Redis(this.url, { retryStrategy: () => null, disconnectTimeout: 50 });
      client.on('error', () => undefined);
      try {
        await client.flushall();
      } finally {
        client.disconnect();
      }
    });
  }

  freeze(pause: () => Promise<void>): Promise<boolean> {
    return this.#alone(async () => {
      const { pid } = this.server;
      process.kill(pid, 'SIGSTOP');
      try {
        await pause();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

async function started(dataDir: string, port?: number): Promise<RunningServer> {
  const server = await startRedis({ dataDir, log: () => undefined, ...(port === undefined ? {} : { port }) });
  if (server === null) throw new Error('There is no redis-server on this machine.');
  return server;
}
