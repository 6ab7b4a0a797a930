import pg from 'pg';

/** Channels of NOTIFY. The SQL functions that submit and cancel notify them, and so does `PostgresWorkerNotifier`. */
export const READY_CHANNEL = 'orchestrator_ready';
const CANCEL_CHANNEL = 'orchestrator_cancelled';
const RECONNECT_MS = 500;

/** Receives the notifications of ready and of cancelled tasks. Reconnects until it is closed. */
export class WakeUpListener {
  #client: pg.Client | undefined;
  #closed = false;

  /** @param on called for each notification, and after each connection: earlier notifications may have been missed */
  constructor(
    private readonly url: string,
    private readonly applicationName: string,
    private readonly on: { ready: () => void; cancelled: () => void },
    private readonly onTrouble: (message: string) => void,
  ) {}

  async start(): Promise<void> {
    if (this.#closed) return;
    const client = new pg.Client({
      connectionString: this.url,
      application_name: this.applicationName,
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
      this.on.ready();
      this.on.cancelled();
    } catch (error) {
      this.onTrouble(String(error));
      again();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
  }
}
