import { randomBytes } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import { refuseReusedKey, type IdempotencyKey } from '../workflow/submitter.js';
import {
  unknownWebhook,
  type Caller,
  type Delivery,
  type DeliveryFilter,
  type NewWebhook,
  type Webhook,
  type WebhookChange,
  type WebhookStore,
} from './webhook.js';

/** Returns why a URL must not be a target, to follow the word "url"; undefined if it may be. */
export type TargetCheck = (url: string) => Promise<string | undefined>;

const SECRET_BYTES = 32;

/** Manages webhooks and their deliveries. */
export class WebhookService {
  constructor(
    private readonly store: WebhookStore,
    private readonly faultOf: TargetCheck,
  ) {}

  /** @throws Failure `invalid` (`target_refused`, `validation_failed`), `conflict` (`idempotency_key_reused`) */
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

  /** Newest first. */
  list(page: Page): Promise<{ webhooks: Webhook[]; total: number }> {
    return this.store.list(page);
  }

  /** @throws Failure `not_found` (`webhook_not_found`) */
  async get(id: string): Promise<Webhook> {
    const webhook = await this.store.find(id);
    if (!webhook) throw unknownWebhook(id);
    return webhook;
  }

  /** @throws Failure as `create`, `forbidden` (`not_owner`, `session_required`), `conflict` (`webhook_configured`), `invalid` (`secret_required`) */
  async update(id: string, change: WebhookChange, caller: Caller): Promise<void> {
    await this.#mustBeChangeable(id, caller);
    if (change.url !== undefined) await this.#mustBeTarget(change.url);
    if (change.secret !== undefined) mustBeSecret(change.secret);
    const outcome = await this.store.update(id, change, caller.actor);
    if (outcome === 'unknown') throw unknownWebhook(id);
    if (outcome === 'secret_needed') throw newSecretNeeded();
  }

  /** @throws Failure `not_found`, `forbidden` (`not_owner`, `session_required`), `conflict` (`webhook_configured`) */
  async remove(id: string, caller: Caller): Promise<void> {
    await this.#mustBeChangeable(id, caller);
    await this.store.remove(id, caller.actor);
  }

  /** Newest first. @throws Failure `not_found` (`webhook_not_found`) */
  async deliveries(id: string, filter: DeliveryFilter): Promise<{ deliveries: Delivery[]; total: number }> {
    await this.get(id);
    return this.store.deliveries(id, filter);
  }

  /** Queues a delivery again. @throws Failure `not_found` (`delivery_not_found`), `forbidden`, `conflict` (`webhook_disabled`, `idempotency_key_reused`) */
  async redeliver(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    caller: Caller,
  ): Promise<{ replayed: boolean }> {
    const webhook = await this.get(id);
    mustBelongTo(webhook, caller, 'send its deliveries again');
    mustBeEnabled(webhook);
    const outcome = await this.store.redeliver(id, deliveryId, idempotency, caller.actor);
    if (outcome === 'conflict') throw refuseReusedKey();
    if (outcome === 'unknown') {
      throw new Failure(
        'not_found',
        `There is no delivery ${deliveryId} to the webhook ${id}. GET /webhooks/${id}/deliveries lists all of them.`,
        { code: 'delivery_not_found' },
      );
    }
    return { replayed: outcome === 'replayed' };
  }

  /** Queues a test delivery. @throws Failure `not_found`, `forbidden`, `conflict` (`webhook_disabled`, `idempotency_key_reused`) */
  async ping(
    id: string,
    idempotency: IdempotencyKey | undefined,
    caller: Caller,
  ): Promise<{ deliveryId: string; replayed: boolean }> {
    const webhook = await this.get(id);
    mustBelongTo(webhook, caller, 'send a ping to it');
    mustBeEnabled(webhook);
    const pinged = await this.store.ping(id, uuidv7(), idempotency, caller.actor);
    if (pinged.outcome === 'conflict') throw refuseReusedKey();
    return { deliveryId: pinged.deliveryId, replayed: pinged.outcome === 'replayed' };
  }

  async #mustBeTarget(url: string): Promise<void> {
    const fault = await this.faultOf(url);
    if (fault === undefined) return;
    throw new Failure('invalid', `The URL cannot be used: url ${fault}.`, {
      code: 'target_refused',
      details: [{ path: 'url', message: fault }],
    });
  }

  async #mustBeChangeable(id: string, caller: Caller): Promise<void> {
    const webhook = await this.get(id);
    mustBelongTo(webhook, caller, 'change or delete it');
    if (webhook.source === 'configuration') {
      throw new Failure(
        'conflict',
        `The webhook ${id} is part of the configuration. Change it there and restart the orchestrator.`,
        { code: 'webhook_configured' },
      );
    }
  }
}

/** @throws Failure `forbidden` (`not_owner`, `session_required`) unless the caller owns the webhook or is an admin */
function mustBelongTo(
  { id, owner, ownerRoles }: Webhook,
  { actor, isAdmin, tokenRoles }: Caller,
  act: string,
): void {
  if (tokenRoles && !(ownerRoles?.every((role) => tokenRoles.includes(role)) ?? false)) {
    throw new Failure(
      'forbidden',
      `The webhook ${id} sends more than this API token may read. Sign in with a password to ${act}.`,
      { code: 'session_required' },
    );
  }
  if (isAdmin || owner?.id === actor.userId) return;
  const whose =
    owner === null
      ? 'has no owner. Only an admin'
      : `belongs to ${owner.username}. Only the owner or an admin`;
  throw new Failure('forbidden', `The webhook ${id} ${whose} may ${act}.`, { code: 'not_owner' });
}

function mustBeEnabled({ id, enabled, disabledReason }: Webhook): void {
  if (enabled) return;
  const reason = disabledReason === null ? '' : ` ${disabledReason}`;
  throw new Failure('conflict', `The webhook ${id} is disabled.${reason} Enable it first.`, {
    code: 'webhook_disabled',
  });
}

function newSecretNeeded(): Failure {
  const message =
    'must be changed together with url, so that the receiver at the new address does not know the old secret';
  return new Failure('invalid', `The URL cannot be changed alone: secret ${message}.`, {
    code: 'secret_required',
    details: [{ path: 'secret', message }],
  });
}

const PREFIXED = /^whsec_/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** After the prefix of Standard Webhooks, receivers expect a key in Base64. */
function mustBeSecret(secret: string): void {
  const key = secret.replace(PREFIXED, '');
  if (!PREFIXED.test(secret) || (key !== '' && BASE64.test(key))) return;
  const message = 'must be Base64 after the prefix whsec_. Without that prefix it may be any text';
  throw new Failure('invalid', `The secret cannot be used: secret ${message}.`, {
    code: 'validation_failed',
    details: [{ path: 'secret', message }],
  });
}
