import { rowsOf } from '@provisioning/runtime';
import type { Keyring } from '@provisioning/auth-token';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Logger } from '@provisioning/runtime';
import type { WebhookConfig } from '../config-webhooks.js';
import { SecretBox } from '../credentials/secret-box.js';
import type { DeliveryRights } from '../domain/webhook/delivery-rights.js';
import { WebhookSender, type Outcome } from '../domain/webhook/webhook-sender.js';
import { WebhookService, type TargetCheck } from '../domain/webhook/webhook-service.js';
import { sendWebhook } from '../outbound/send-webhook.js';
import { leadsToPrivate, type Resolver } from '../outbound/webhook-request.js';
import { PRIVATE_TARGET, targetFault } from '../outbound/webhook-target.js';
import { PostgresDeliveryQueue } from '../postgres/webhooks/delivery-queue.js';
import { PostgresWebhookStore } from '../postgres/webhooks/webhook-store.js';
import type { Base } from './resources.js';

interface WebhookNeeds {
  config: WebhookConfig;
  keyring: Keyring;
  /** Replaces the system's DNS (tests). */
  resolve?: Resolver | undefined;
  rights: Pick<DeliveryRights, 'refusalOf'>;
}

/** Composes the delivery of webhooks. */
export function composeWebhooks(
  { database, log, registry }: Pick<Base, 'database' | 'log' | 'registry'>,
  { config, keyring, resolve, rights }: WebhookNeeds,
): { service: WebhookService; sender: WebhookSender } {
  const box = new SecretBox(keyring, 'webhook-secrets');
  const store = new PostgresWebhookStore(database, box);
  const { allowPrivate } = config;
  const options = { allowPrivate, ...(resolve ? { resolve } : {}) };
  const faultOf: TargetCheck = async (url) => {
    const fault = targetFault(url, options);
    if (fault !== undefined || allowPrivate) return fault;
    return (await leadsToPrivate(url, resolve)) ? PRIVATE_TARGET : undefined;
  };
  new Gauge({
    name: 'orchestrator_webhook_deliveries_pending',
    help: 'Deliveries to webhooks that wait, including repetitions',
    registers: [registry],
    async collect() {
      const [row] = await rowsOf<{ n: number }>(
        database,
        `select count(*)::int as n from webhook_deliveries where state = 'pending'`,
      ).catch(() => []);
      if (row) this.set(row.n);
    },
  });
  const queue = new PostgresDeliveryQueue(database, box, unknownEvents(registry, log));
  // This consumer runs in each process, and all consumers wait at the same number.
  new Gauge({
    name: 'orchestrator_event_feed_stalled_seconds',
    help: 'How long recorded events have been waiting to be published, because a transaction holds an earlier number',
    registers: [registry],
    collect() {
      this.set(queue.stalledSeconds);
    },
  });
  return {
    service: new WebhookService(store, faultOf),
    sender: new WebhookSender(
      queue,
      async (attempt) => {
        const refusal = await rights.refusalOf(attempt, attempt.data);
        return refusal === undefined ? sendWebhook(attempt, options) : withheld(refusal);
      },
      () => store.configure(config.endpoints),
      log,
    ),
  };
}

function withheld(error: string): Outcome {
  return { status: null, error, refused: false, retryAfter: null, gone: false, withheld: true };
}

/** Counts events of types that this release does not know, and logs each type once. */
function unknownEvents(registry: Registry, log: Logger): (type: string) => void {
  const counter = new Counter({
    name: 'orchestrator_unknown_events_total',
    help: 'Events read whose type this release does not know: processes of a newer release record them, no client receives them here',
    registers: [registry],
  });
  const logged = new Set<string>();
  return (type) => {
    counter.inc();
    if (logged.has(type)) return;
    logged.add(type);
    log.warn('an event of an unknown type was read and stays private', { type });
  };
}
