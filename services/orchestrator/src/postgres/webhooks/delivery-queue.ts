import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { webhookEventOf, webhookTypes } from '../../domain/event/catalogue.js';
import type { Attempt, DeliveryQueue, Outcome } from '../../domain/webhook/webhook-sender.js';
import { webhookPayloadOf, type TaskEnd } from '../../domain/webhook/webhook-event.js';
import { EventConsumer } from '../events/event-consumer.js';
import { changesOf } from '../events/event-rows.js';
import { storable } from '../storable.js';
import type { Seal } from './webhook-store.js';

/** Longer than an attempt takes, so that no other process repeats it meanwhile. */
const LEASE_SECONDS = 20;
/** Failures in a row after which deliveries to an endpoint are paused. */
const FAILURES = 5;
/** Rows that one statement changes, at most. */
const STEP_ROWS = 1_000;

/** Queues deliveries in the transaction that advances the position in the event history: none is missing or repeated. */
export class PostgresDeliveryQueue implements DeliveryQueue {
  readonly #consumer: EventConsumer;

  constructor(
    private readonly database: Knex,
    private readonly box: Pick<Seal, 'open'>,
    onUnknownEvent?: (type: string) => void,
  ) {
    const reading = changesOf('webhook_events', webhookTypes());
    this.#consumer = new EventConsumer(database, 'webhooks', 'beginning', onUnknownEvent, reading);
  }

  /** How long the events have been waiting for a transaction that holds a number. */
  get stalledSeconds(): number {
    return this.#consumer.stalledSeconds;
  }

  async fill(): Promise<boolean> {
    // A webhook that is added later receives later events only.
    const hasEndpoints = async () =>
      (await rowsOf(this.database, 'select from webhooks where enabled limit 1')).length > 0;
    if (await this.#consumer.skip(hasEndpoints)) return false;
    return this.#consumer.consume(async (events, transaction) => {
      const ends = await endsOf(
        transaction,
        events.flatMap((event) => (event.taskId && webhookEventOf(event) ? [event.taskId] : [])),
      );
      const payloads = events.flatMap((event) => webhookPayloadOf(event, (taskId) => ends.get(taskId)) ?? []);
      if (payloads.length === 0) return;
      const rows = payloads.map(({ event, at, data }) => ({ event, at, data: JSON.stringify(data) }));
      await rowsOf(transaction, 'select add_deliveries(?::jsonb)', [JSON.stringify(rows)]);
    });
  }

  async claim(busy: readonly string[], each: number): Promise<Attempt[]> {
    const rows = await rowsOf<{ delivery: ClaimedRow }>(
      this.database,
      'select delivery from claim_deliveries(?::uuid[], ?, ?, ?)',
      [[...busy], each, LEASE_SECONDS, FAILURES],
    );
    return rows.map(({ delivery }) => {
      const {
        id: deliveryId,
        webhook_id: webhookId,
        owner_id: ownerId,
        owner_roles: ownerRoles,
        attempt,
        url,
        event,
        at,
        data,
      } = delivery;
      const sealed = [delivery.secret, delivery.previous_secret];
      const secrets = sealed.flatMap((text) => (text === null ? [] : (this.box.open(text, webhookId) ?? [])));
      return {
        deliveryId,
        webhookId,
        ownerId,
        ownerRoles,
        attempt,
        url,
        event,
        at: new Date(at),
        data,
        secrets,
      };
    });
  }

  async settle(
    { deliveryId, attempt }: Attempt,
    { status, error, refused, gone, withheld }: Outcome,
    waitSeconds: number,
    pauseSeconds: number | null,
  ): Promise<void> {
    await rowsOf(this.database, 'select settle_delivery(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      deliveryId,
      attempt,
      status,
      error === null ? null : storable(error),
      waitSeconds,
      refused,
      FAILURES,
      pauseSeconds,
      gone,
      withheld,
    ]);
  }

  async failLate(): Promise<boolean> {
    const [row] = await rowsOf<{ more: boolean }>(this.database, 'select fail_late_deliveries(?) as more', [
      STEP_ROWS,
    ]);
    return row?.more ?? false;
  }
}

/** The JSON of the SQL function `claim_deliveries`. */
interface ClaimedRow {
  id: string;
  webhook_id: string;
  owner_id: string | null;
  owner_roles: string[] | null;
  attempt: number;
  url: string;
  event: string;
  at: string;
  data: string;
  secret: string;
  previous_secret: string | null;
}

async function endsOf(
  transaction: Knex.Transaction,
  taskIds: readonly string[],
): Promise<Map<string, TaskEnd>> {
  if (taskIds.length === 0) return new Map();
  const rows = await rowsOf<TaskEnd & { id: string }>(
    transaction,
    'select id, output_tail as output, error from tasks where id = any (?::uuid[])',
    [[...taskIds]],
  );
  return new Map(rows.map(({ id, output, error }) => [id, { output, error }]));
}
