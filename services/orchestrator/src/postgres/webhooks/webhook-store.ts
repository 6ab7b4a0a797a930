import { hashedId, newestFirst, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Actor } from '../../domain/audit/actor.js';
import type {
  ConfiguredWebhook,
  Delivery,
  DeliveryFilter,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookStore,
} from '../../domain/webhook/webhook.js';
import type { Page } from '../../domain/page.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import { actorText } from '../audit/actor-row.js';
import { recordEvent } from '../events/record-event.js';

/** Encrypts and decrypts secrets. Each can be decrypted only for its own webhook. */
export interface Seal {
  seal(secret: string, owner: string): string;
  open(text: string, owner: string): string | undefined;
  isCurrent(text: string): boolean;
}

interface WebhookRow {
  id: string;
  source: 'api' | 'configuration';
  url: string;
  events: string[];
  description: string | null;
  enabled: boolean;
  disabled_reason: string | null;
  owner_id: string | null;
  owner_name: string | null;
  owner_roles: string[] | null;
  secret: string;
  previous_secret: string | null;
  created_at: Date;
}

interface DeliveryRow {
  id: string;
  webhook_id: string;
  event: string;
  state: Delivery['state'];
  attempts: number;
  response_status: number | null;
  error: string | null;
  created_at: Date;
  last_attempt_at: Date | null;
  next_attempt_at: Date | null;
}

/** Stores webhooks and their deliveries. */
export class PostgresWebhookStore implements WebhookStore {
  constructor(
    private readonly database: Knex,
    private readonly box: Seal,
  ) {}

  async create(
    { id, url, events, description, enabled, ownerRoles, secret }: NewWebhook,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): ReturnType<WebhookStore['create']> {
    return this.database.transaction(async (transaction) => {
      const { outcome, first } = await claimKey(transaction, idempotency, id);
      if (outcome === 'conflict') return { outcome };
      if (outcome === 'new') {
        await transaction('webhooks').insert({
          id,
          source: 'api',
          url,
          events: [...events],
          enabled,
          owner_id: actor.userId,
          owner_name: actor.username,
          owner_roles: ownerRoles && [...ownerRoles],
          description,
          secret: this.box.seal(secret, id),
        });
        await recordChange(transaction, 'webhook.create', id, { url, events, enabled }, actor);
      }
      const row = await transaction<WebhookRow>('webhooks').where({ id: first }).first();
      // The webhook was deleted meanwhile, so the first answer of the key no longer exists.
      if (!row) return { outcome: 'conflict' as const };
      return {
        outcome: outcome === 'new' ? ('created' as const) : outcome,
        webhook: toWebhook(row),
        secret: this.box.open(row.secret, row.id) ?? '',
      };
    });
  }

  async list(page: Page): Promise<{ webhooks: Webhook[]; total: number }> {
    const [rows, total] = await Promise.all([
      newestFirst(this.database<WebhookRow>('webhooks').select<WebhookRow[]>('*'), 'id', page),
      countOf(this.database('webhooks')),
    ]);
    return { webhooks: rows.map(toWebhook), total };
  }

  async find(id: string): Promise<Webhook | undefined> {
    const row = await this.database<WebhookRow>('webhooks').where({ id }).first<WebhookRow | undefined>();
    return row && toWebhook(row);
  }

  async update(
    id: string,
    { secret, ...change }: WebhookChange,
    actor: Actor,
  ): ReturnType<WebhookStore['update']> {
    return this.database.transaction(async (transaction) => {
      const row = await transaction<WebhookRow>('webhooks')
        .where({ id })
        .forUpdate()
        .first<WebhookRow | undefined>();
      if (!row) return 'unknown';
      const { events, url, description, enabled } = change;
      const members: Partial<WebhookRow> = {
        ...(events && { events: [...events] }),
        ...(url !== undefined && { url }),
        ...(description !== undefined && { description }),
        ...(enabled !== undefined && { enabled }),
      };
      const moves = members.url !== undefined && members.url !== row.url;
      if (moves && (secret === undefined || secret === this.box.open(row.secret, id))) return 'secret_needed';
      if (change.enabled !== undefined) members.disabled_reason = null;
      if (Object.keys(members).length > 0) await transaction('webhooks').where({ id }).update(members);
      if (secret !== undefined) await this.#replaceSecret(transaction, id, secret);
      if (moves)
        await transaction('webhooks').where({ id }).update({ previous_secret: null, previous_until: null });
      // The user may have repaired the endpoint: deliveries resume at once.
      await transaction('webhooks').where({ id }).update({ failures: 0, open_until: null });
      const secretChanged = secret === undefined ? {} : { secret_changed: true };
      await recordChange(transaction, 'webhook.update', id, { ...change, ...secretChanged }, actor);
      return 'updated';
    });
  }

  async remove(id: string, actor: Actor): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [removed] = await transaction<WebhookRow>('webhooks').where({ id }).delete().returning('url');
      if (removed) await recordChange(transaction, 'webhook.delete', id, { url: removed.url }, actor);
    });
  }

  async deliveries(
    id: string,
    { states, event, ...page }: DeliveryFilter,
  ): Promise<{ deliveries: Delivery[]; total: number }> {
    const matching = () => {
      const query = this.database<DeliveryRow>('webhook_deliveries').where({ webhook_id: id });
      if (states) void query.whereIn('state', [...states]);
      if (event !== undefined) void query.where({ event });
      return query;
    };
    const [rows, total] = await Promise.all([
      newestFirst(matching().select<DeliveryRow[]>('*'), 'id', page),
      countOf(matching()),
    ]);
    return { deliveries: rows.map(toDelivery), total };
  }

  async redeliver(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): ReturnType<WebhookStore['redeliver']> {
    return this.database.transaction(async (transaction) => {
      const known = await transaction('webhook_deliveries')
        .where({ id: deliveryId, webhook_id: id })
        .first('id');
      if (!known) return 'unknown';
      const { outcome } = await claimKey(transaction, idempotency, deliveryId);
      if (outcome !== 'new') return outcome;
      await rowsOf(transaction, 'select redeliver(?, ?, ?::jsonb)', [id, deliveryId, actorText(actor)]);
      return 'queued';
    });
  }

  async ping(
    id: string,
    deliveryId: string,
    idempotency: IdempotencyKey | undefined,
    actor: Actor,
  ): ReturnType<WebhookStore['ping']> {
    return this.database.transaction(async (transaction) => {
      const { outcome, first } = await claimKey(transaction, idempotency, deliveryId);
      if (outcome === 'conflict') return { outcome };
      if (outcome === 'new') {
        await transaction('webhook_deliveries').insert({
          id: deliveryId,
          webhook_id: id,
          event: 'ping',
          event_at: transaction.fn.now(),
          data: JSON.stringify({ webhook_id: id }),
        });
        await recordChange(transaction, 'webhook.test', id, { delivery_id: deliveryId }, actor);
      }
      return { outcome: outcome === 'new' ? ('queued' as const) : outcome, deliveryId: first };
    });
  }

  /** Applies the webhooks of the configuration, and encrypts secrets again that an earlier key encrypted. */
  async configure(configured: readonly ConfiguredWebhook[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.raw(`select pg_advisory_xact_lock(hashtextextended('webhooks', 0))`);
      const ids = configured.map(({ url }) => idOf(url));
      await transaction('webhooks').where({ source: 'configuration' }).whereNotIn('id', ids).delete();
      for (const [index, { url, events, enabled, secret }] of configured.entries()) {
        const id = ids[index]!;
        const known = await transaction<WebhookRow>('webhooks').where({ id }).first<WebhookRow | undefined>();
        if (!known) {
          const sealed = this.box.seal(secret, id);
          await transaction('webhooks').insert({
            id,
            source: 'configuration',
            url,
            events: [...events],
            enabled,
            secret: sealed,
          });
        } else {
          await transaction('webhooks')
            .where({ id })
            .update({ events: [...events], enabled, disabled_reason: null });
          if (this.box.open(known.secret, id) !== secret) await this.#replaceSecret(transaction, id, secret);
        }
      }
      await this.#sealAnew(transaction);
    });
  }

  async #replaceSecret(transaction: Knex.Transaction, id: string, secret: string): Promise<void> {
    await transaction.raw(
      `update webhooks set previous_secret = secret, previous_until = now() + interval '1 day', secret = ? where id = ?`,
      [this.box.seal(secret, id), id],
    );
  }

  async #sealAnew(transaction: Knex.Transaction): Promise<void> {
    for (const { id, secret, previous_secret: previous } of await transaction<WebhookRow>('webhooks')) {
      const anew = (text: string | null) => {
        const opened = text === null || this.box.isCurrent(text) ? undefined : this.box.open(text, id);
        return opened === undefined ? text : this.box.seal(opened, id);
      };
      if (anew(secret) !== secret || anew(previous) !== previous)
        await transaction('webhooks')
          .where({ id })
          .update({ secret: anew(secret)!, previous_secret: anew(previous) });
    }
  }
}

/** The id follows from the URL, so a webhook of the configuration keeps its deliveries across restarts. */
function idOf(url: string): string {
  return hashedId(`provisioning:webhook:${url}`);
}

async function claimKey(
  transaction: Knex.Transaction,
  idempotency: IdempotencyKey | undefined,
  id: string,
): Promise<{ outcome: 'new' | 'replayed' | 'conflict'; first: string }> {
  const { principal = null, key = null, requestHash = null } = idempotency ?? {};
  const [taken] = await rowsOf<{ outcome: 'new' | 'replayed' | 'conflict'; first: string }>(
    transaction,
    'select outcome, first_id as first from claim_idempotency_key(?, ?, ?, ?)',
    [principal, key, requestHash, id],
  );
  return taken!;
}

async function recordChange(
  transaction: Knex.Transaction,
  action: string,
  id: string,
  details: Record<string, unknown>,
  actor: Actor,
): Promise<void> {
  await recordEvent(transaction, {
    type: 'told',
    status: 'Done',
    details: { ...details, action, resource: `webhooks/${id}` },
    actor,
  });
}

function toWebhook(row: WebhookRow): Webhook {
  const { id, url, events, description, enabled, source, created_at: createdAt } = row;
  const { disabled_reason: disabledReason, owner_id: ownerId, owner_name: username } = row;
  const owner = ownerId === null ? null : { id: ownerId, username: username ?? '' };
  const { owner_roles: ownerRoles } = row;
  return { id, url, events, description, enabled, disabledReason, owner, ownerRoles, source, createdAt };
}

function toDelivery(row: DeliveryRow): Delivery {
  const { id, event, state, attempts, error } = row;
  return {
    id,
    event,
    state,
    attempts,
    error,
    webhookId: row.webhook_id,
    responseStatus: row.response_status,
    createdAt: row.created_at,
    lastAttemptAt: row.last_attempt_at,
    nextAttemptAt: row.next_attempt_at,
  };
}
