import { randomBytes } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../ports.js';
import { refuseReusedKey, type IdempotencyKey } from '../workflow/submitter.js';
import {
  unknownWebhook,
  type Delivery,
  type NewWebhook,
  type Webhook,
  type WebhookChange,
  type WebhookStore,
} from './webhook.js';

/** Says why a URL is no target; undefined if it may be one. */
export type TargetCheck = (url: string) => Promise<string | undefined>;

const SECRET_BYTES = 32;

/** Keeps the endpoints, and shows and repeats what was sent to them. */
export class WebhookService {
  constructor(
    private readonly store: WebhookStore,
    private readonly faultOf: TargetCheck,
  ) {}

  async create(
    about: Omit<NewWebhook, 'id' | 'secret'> & { secret: string | undefined },
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<{ webhook: Webhook; secret: string; replayed: boolean }> {
    await this.#mustBeTarget(about.url);
    const secret = about.secret ?? `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    mustBeSecret(secret);
    const created = await this.store.create({ ...about, id: uuidv7(), secret }, idempotency, actor);
    if (created.outcome === 'conflict') throw refuseReusedKey();
    return { ...created, replayed: created.outcome === 'replayed' };
  }

  list(page: Page): Promise<{ webhooks: Webhook[]; total: number }> {
    return this.store.list(page);
  }

  async get(id: string): Promise<Webhook> {
    const webhook = await this.store.find(id);
    if (!webhook) throw unknownWebhook(id);
    return webhook;
  }

  async update(id: string, change: WebhookChange, actor: Actor): Promise<void> {
    await this.#mustBeOurs(id);
    if (change.url !== undefined) await this.#mustBeTarget(change.url);
    if (change.secret !== undefined) mustBeSecret(change.secret);
    await this.store.update(id, change, actor);
  }

  async remove(id: string, actor: Actor): Promise<void> {
    await this.#mustBeOurs(id);
    await this.store.remove(id, actor);
  }

  async deliveries(id: string, page: Page): Promise<{ deliveries: Delivery[]; total: number }> {
    await this.get(id);
    return this.store.deliveries(id, page);
  }

  async redeliver(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<{ replayed: boolean }> {
    await this.get(id);
    const outcome = await this.store.redeliver(id, deliveryId, idempotency, actor);
    if (outcome === 'conflict') throw refuseReusedKey();
    if (outcome === 'unknown') {
      throw new Failure(
        'not_found',
        `There is no delivery ${deliveryId} to the webhook ${id}. GET /webhooks/${id}/deliveries lists those there are.`,
        { code: 'delivery_not_found' },
      );
    }
    return { replayed: outcome === 'replayed' };
  }

  async ping(
    id: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): Promise<{ deliveryId: string; replayed: boolean }> {
    const { enabled } = await this.get(id);
    if (!enabled) {
      throw new Failure(
        'conflict',
        `The webhook ${id} is disabled: nothing is sent to it. Enable it first.`,
        {
          code: 'webhook_disabled',
        },
      );
    }
    const pinged = await this.store.ping(id, uuidv7(), idempotency, actor);
    if (pinged.outcome === 'conflict') throw refuseReusedKey();
    return { deliveryId: pinged.deliveryId, replayed: pinged.outcome === 'replayed' };
  }

  async #mustBeTarget(url: string): Promise<void> {
    const fault = await this.faultOf(url);
    if (fault === undefined) return;
    throw new Failure('invalid', `Nothing is sent to this URL: url ${fault}.`, {
      code: 'target_refused',
      details: [{ path: 'url', message: fault }],
    });
  }

  async #mustBeOurs(id: string): Promise<void> {
    const { source } = await this.get(id);
    if (source === 'configuration') {
      throw new Failure(
        'conflict',
        `The webhook ${id} stands in the configuration: change it there and start the orchestrator again.`,
        { code: 'webhook_configured' },
      );
    }
  }
}

const PREFIXED = /^whsec_/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** With the prefix of Standard Webhooks it is a key in Base64, or receivers would not know what to do with it. */
function mustBeSecret(secret: string): void {
  const key = secret.replace(PREFIXED, '');
  if (!PREFIXED.test(secret) || (key !== '' && BASE64.test(key))) return;
  const message = 'must be Base64 after whsec_; a secret without that prefix may be any text';
  throw new Failure('invalid', `The secret cannot be used: secret ${message}.`, {
    code: 'validation_failed',
    details: [{ path: 'secret', message }],
  });
}
