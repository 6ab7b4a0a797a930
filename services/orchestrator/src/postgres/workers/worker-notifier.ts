import { withOwnPatience, type Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import pg from 'pg';
import type { WorkerNotifier } from '../../domain/worker/worker-notifier.js';
import { Gathered } from '../../domain/worker/gathered.js';
import type { QueuedWork } from '../../domain/worker/queued-work.js';

const READY_CHANNEL = 'orchestrator_ready';
const CANCEL_CHANNEL = 'orchestrator_cancelled';
const RECONNECT_MS = 500;

/** Sends wake-ups with NOTIFY, a separate statement after the commit. */
export class PostgresWorkerNotifier implements WorkerNotifier {
  // The payload is empty: an executor claims as many ready tasks as it has capacity for.
  readonly #wakeUps = new Gathered<string>(() => this.#notify(READY_CHANNEL));

  constructor(
    private readonly database: Knex,
    private readonly log: Logger,
  ) {}

  submitted(_work: QueuedWork, ready: readonly string[]): void {
    this.notify(ready);
  }

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
      this.log.debug('a wake-up could not be sent', { error });
    }
  }
}

/** Receives the wake-ups of {@link PostgresWorkerNotifier}. Reconnects until it is closed. */
export class NotifyListener {
  #client: pg.Client | undefined;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly on: { ready: () => void; cancelled: () => void },
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    if (this.#closed) return;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'wake-ups',
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
      if (channel === READY_CHANNEL) this.on.ready();
      else this.on.cancelled();
    });
    try {
      await client.connect();
      this.#client = client;
      await client.query(`listen ${READY_CHANNEL}; listen ${CANCEL_CHANNEL}`);
    } catch (error) {
      this.log.debug('cannot listen for wake-ups yet', { error });
      again();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
  }
}
