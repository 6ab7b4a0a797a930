import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { IdempotencyKey } from '../workflow/submitter.js';

/** An endpoint that receives events. */
export interface Webhook {
  id: string;
  url: string;
  events: readonly string[];
  description: string | null;
  enabled: boolean;
  /** Why the platform disabled it, in a sentence; null if it did not. */
  disabledReason: string | null;
  /** The user who may change it, besides admins; null for webhooks of the configuration and old ones. */
  owner: { id: string; username: string } | null;
  /** Roles of the API token that created it, which limit what it receives; null if the owner created it in a session. */
  ownerRoles: readonly string[] | null;
  /** Webhooks of the configuration can be changed only there. */
  source: 'api' | 'configuration';
  createdAt: Date;
}

/** A webhook that is being created. */
export interface NewWebhook extends Pick<
  Webhook,
  'id' | 'url' | 'events' | 'description' | 'enabled' | 'ownerRoles'
> {
  secret: string;
}

/** The members of a webhook that a request changes. */
export type WebhookChange = Partial<Omit<NewWebhook, 'id' | 'ownerRoles'>>;

/** A webhook of the configuration. The URL identifies it. */
export interface ConfiguredWebhook {
  url: string;
  events: readonly string[];
  secret: string;
  enabled: boolean;
}

/** An event that is sent to a webhook, or was. */
export interface Delivery {
  id: string;
  webhookId: string;
  event: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  responseStatus: number | null;
  error: string | null;
  createdAt: Date;
  lastAttemptAt: Date | null;
  nextAttemptAt: Date | null;
}

/** The user who changes a webhook. */
export interface Caller {
  actor: Actor;
  isAdmin: boolean;
  /** The roles of an API token; null for a session. */
  tokenRoles: readonly string[] | null;
}

/** A page of deliveries. */
export interface DeliveryFilter extends Page {
  states?: readonly string[] | undefined;
  event?: string | undefined;
}

/** Stores webhooks and their deliveries. */
export interface WebhookStore {
  create(
    webhook: NewWebhook,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<{ outcome: 'created' | 'replayed'; webhook: Webhook; secret: string } | { outcome: 'conflict' }>;
  /** Newest first. */
  list(page: Page): Promise<{ webhooks: Webhook[]; total: number }>;
  find(id: string): Promise<Webhook | undefined>;
  /**
   * After a change of the secret, deliveries are also signed with the previous one for a day, but not at a new URL: its
   * receiver could replay such signatures to the previous receiver. `secret_needed`: the URL changes and the secret does not.
   */
  update(id: string, change: WebhookChange, actor: Actor): Promise<'updated' | 'unknown' | 'secret_needed'>;
  remove(id: string, actor: Actor): Promise<void>;
  /** Newest first. */
  deliveries(id: string, filter: DeliveryFilter): Promise<{ deliveries: Delivery[]; total: number }>;
  redeliver(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<'queued' | 'replayed' | 'conflict' | 'unknown'>;
  /** Queues a ping. */
  ping(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<{ outcome: 'queued' | 'replayed'; deliveryId: string } | { outcome: 'conflict' }>;
}

/** The Failure `not_found` (`webhook_not_found`). */
export function unknownWebhook(id: string): Failure {
  return new Failure('not_found', `There is no webhook ${id}. GET /webhooks lists all webhooks.`, {
    code: 'webhook_not_found',
  });
}
