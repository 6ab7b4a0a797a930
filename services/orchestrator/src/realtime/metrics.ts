import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type Transport = 'websocket' | 'sse';

/** The metrics of the clients that follow events in this process. */
export class RealtimeMetrics {
  readonly #clients: Gauge<'transport'>;
  readonly #sent: Counter<'transport'>;
  readonly #closed: Counter<'transport' | 'code'>;
  readonly #lag: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#clients = new Gauge({
      name: 'orchestrator_event_clients',
      help: 'Clients that follow events in this process',
      labelNames: ['transport'],
      registers,
    });
    this.#sent = new Counter({
      name: 'orchestrator_events_sent_total',
      help: 'Events sent to clients, each counted once for each client',
      labelNames: ['transport'],
      registers,
    });
    this.#closed = new Counter({
      name: 'orchestrator_event_clients_closed_total',
      help: 'Connections that the server closed, by the code of the reason',
      labelNames: ['transport', 'code'],
      registers,
    });
    this.#lag = new Histogram({
      name: 'orchestrator_event_feed_lag_seconds',
      help: 'Time from the beginning of the transaction that recorded an event until clients are sent it',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
      registers,
    });
    for (const transport of ['websocket', 'sse'] as const) {
      this.#clients.set({ transport }, 0);
      this.#sent.inc({ transport }, 0);
    }
  }

  opened(transport: Transport): void {
    this.#clients.inc({ transport });
  }

  left(transport: Transport): void {
    this.#clients.dec({ transport });
  }

  sent(transport: Transport, events: number): void {
    this.#sent.inc({ transport }, events);
  }

  closed(transport: Transport, code: number): void {
    this.#closed.inc({ transport, code });
  }

  lagged(seconds: number): void {
    this.#lag.observe(seconds);
  }
}
