import { withOwnPatience, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import pg from 'pg';
import type { WorkerNotifier } from '../../domain/worker/worker-notifier.js';
import { WakeUps } from '../../domain/worker/wake-ups.js';

const READY_CHANNEL = 'orchestrator_ready';
const CANCEL_CHANNEL = 'orchestrator_cancelled';
const RECONNECT_MS = 500;

/** The doorbell where there is no Redis: NOTIFY after the commit, in a statement of its own. */
export class PostgresWorkerNotifier implements WorkerNotifier {
  // Whoever hears it takes as much as he has room for: which tasks there are, Postgres knows.
  readonly #wakeUps = new WakeUps(() => this.#notify(READY_CHANNEL));

  constructor(
    private readonly database: Knex,
    private readonly log: Logger,
  ) {}

  notify(taskIds: readonly string[]): void {
    if (taskIds.length > 0) this.#wakeUps.add(taskIds);
  }

  notifyCancelled(): void {
    void this.#notify(CANCEL_CHANNEL);
  }

  async #notify(channel: string): Promise<void> {
    try {
      await withOwnPatience(() => this.database.raw(`select pg_notify(?, '')`, [channel]));
    } catch (error) {
      this.log.debug('the doorbell did not ring', { error });
    }
  }
}

/** Hears {@link PostgresWorkerNotifier}; connects again for ever. */
export class NotifyListener {
  #client: pg.Client | undefined;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly heard: { ready: () => void; cancelled: () => void },
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    if (this.#closed) return;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'doorbell',
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
    });
    let ended = false;
    const again = () => {
      if (ended) return;
      ended = true;
      if (this.#client === client) this.#client = undefined;
      client.end().catch(() => undefined);
      if (!this.#closed) setTimeout(() => void this.start(), RECONNECT_MS).unref();
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ channel }) => {
      if (channel === READY_CHANNEL) this.heard.ready();
      else this.heard.cancelled();
    });
    try {
      await client.connect();
      this.#client = client;
      await client.query(`listen ${READY_CHANNEL}; listen ${CANCEL_CHANNEL}`);
    } catch (error) {
      this.log.debug('cannot listen for the doorbell yet', { error });
      again();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
  }
}
