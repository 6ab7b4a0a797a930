import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { IdempotencyKey } from '../workflow/submitter.js';

/** An endpoint that wants to be told of events. */
export interface Webhook {
  id: string;
  url: string;
  events: readonly string[];
  description: string | null;
  enabled: boolean;
  /** Why the platform disabled it, in a sentence; null where it did not. */
  disabledReason: string | null;
  /** Who may change it, beside admins; null for those of the configuration and those made before owners were kept. */
  owner: { id: string; username: string } | null;
  /** Roles of the API token that it was made with, beyond which it sends nothing; null where the owner made it in person. */
  ownerRoles: readonly string[] | null;
  /** Those of the configuration are changed there only. */
  source: 'api' | 'configuration';
  createdAt: Date;
}

export interface NewWebhook extends Pick<
  Webhook,
  'id' | 'url' | 'events' | 'description' | 'enabled' | 'ownerRoles'
> {
  secret: string;
}

export type WebhookChange = Partial<Omit<NewWebhook, 'id' | 'ownerRoles'>>;

/** As it stands in the configuration; its URL tells which one it is. */
export interface ConfiguredWebhook {
  url: string;
  events: readonly string[];
  secret: string;
  enabled: boolean;
}

/** Something that is to reach an endpoint, or has. */
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

/** Who asks for something to be done to a webhook. */
export interface Caller {
  actor: Actor;
  isAdmin: boolean;
  /** Of an API token; null in person. */
  tokenRoles: readonly string[] | null;
}

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
   * After a new secret, the one before signs along for a day, but not at another URL: the receiver there could pass such
   * signatures on to the one before. `secret_needed`: the URL is another one, and the secret is not.
   */
  update(id: string, change: WebhookChange, actor: Actor): Promise<'updated' | 'unknown' | 'secret_needed'>;
  remove(id: string, actor: Actor): Promise<void>;
  /** Newest first. */
  deliveries(id: string, page: Page): Promise<{ deliveries: Delivery[]; total: number }>;
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

export function unknownWebhook(id: string): Failure {
  return new Failure('not_found', `There is no webhook ${id}. GET /webhooks lists those there are.`, {
    code: 'webhook_not_found',
  });
}
