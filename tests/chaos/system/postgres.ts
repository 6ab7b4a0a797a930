import { startPostgres, type RunningServer } from '@provisioning/embedded';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const START_TRIES = 10;
const ANSWER_WITHIN_MS = 30_000;
const FAST_SHUTDOWN_MS = 10_000;

/** A durable Postgres of the suite, always on the same port, that is stopped and killed in every way. */
export class StormPostgres {
  #busy = false;

  private constructor(
    private readonly folder: string,
    private server: RunningServer,
  ) {}

  static async start(folder: string): Promise<StormPostgres> {
    return new StormPostgres(folder, await startPostgres({ dataDir: folder, log: () => undefined }));
  }

  get url(): string {
    return this.server.url;
  }

  /**
   * INT is a fast shutdown, QUIT an immediate one, KILL none at all.
   * @returns false when it is being restarted already.
   */
  async restart(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', away: () => Promise<void>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      process.kill(this.server.pid, signal);
      // As any supervisor does: Postgres 18 can wait forever when it is asked to stop while it recovers.
      const patience = setTimeout(() => process.kill(this.server.pid, 'SIGQUIT'), FAST_SHUTDOWN_MS);
      await this.server.exited;
      clearTimeout(patience);
      await away();
      for (let attempt = 1; ; attempt++) {
        try {
          const { port } = this.server;
          this.server = await startPostgres({ dataDir: this.folder, port, log: () => undefined });
          return true;
        } catch (error) {
          // Sessions of a killed server may still be ending.
          if (attempt === START_TRIES) throw error;
          await sleep(500);
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Kills one session with -9: Postgres then ends all others and recovers. */
  async killBackend(pick: number): Promise<boolean> {
    if (this.#busy) return false;
    const backends = await this.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid`,
    );
    const backend = backends[Math.floor(pick * backends.length)];
    try {
      if (backend) process.kill(backend.pid, 'SIGKILL');
      return backend !== undefined;
    } catch {
      return false; // that session has just ended
    }
  }

  /** Repeats a statement until there is an answer. Only for idempotent statements. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    for (const until = Date.now() + ANSWER_WITHIN_MS; ; await sleep(200)) {
      try {
        return await this.#once<Row>(sql, values);
      } catch (error) {
        // An error of the statement itself is permanent.
        const code = (error as { code?: string }).code ?? '';
        if (/^(42|22|23)/.test(code) || Date.now() > until) throw error;
      }
    }
  }

  async #once<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'chaos',
      connectionTimeoutMillis: 2_000,
      query_timeout: 10_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
