import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { AuditActor } from '../audit/audit-record.js';
import type { MfaRequirement } from '../mfa/requirement.js';
import type { Clock } from '../clock.js';
import type { IdempotencyKey } from '../idempotency.js';
import type { Page } from '../page.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { ApiTokenStore } from './api-token-store.js';
import type { ApiTokenTexts } from './api-token-texts.js';
import type { User } from '../user/user.js';
import { rolesInForce, type ApiToken } from './api-token.js';

const LONGEST_LIFE_MS = 366 * 24 * 60 * 60_000;
/** The resolution of `last_used_at`: most requests do not write. */
const USED_EVERY_MS = 60_000;

/** A token to be created. */
export interface ApiTokenRequest {
  owner: { id: string; actor: AuditActor };
  name: string;
  roles: readonly string[];
  expiresAt: Date;
  idempotency?: IdempotencyKey | undefined;
}

/** A valid token with the user that it acts for. */
export interface KnownApiToken {
  token: ApiToken;
  user: User;
  /** The roles of the token that its owner still has. */
  roles: string[];
}

/** What API tokens are built from. */
export interface ApiTokenNeeds {
  store: ApiTokenStore;
  work: UnitOfWork;
  texts: ApiTokenTexts;
  requirement: MfaRequirement;
  clock: Clock;
}

/** Creates, lists, revokes and authenticates API tokens. */
export class ApiTokenService {
  constructor(private readonly needs: ApiTokenNeeds) {}

  /** @returns the token and its text, which is not stored; a repeated request gets the same again. */
  async create(request: ApiTokenRequest): Promise<{ token: ApiToken; text: string; replayed: boolean }> {
    const { store, work, texts, clock } = this.needs;
    const { owner, name, roles, expiresAt, idempotency } = request;
    const now = clock();
    mustEndWithinAYear(expiresAt, now);
    const text = idempotency ? texts.makeFor(idempotency) : texts.make();
    const token = {
      id: uuidv7(),
      userId: owner.id,
      name,
      roles: [...new Set(roles)],
      createdAt: now,
      expiresAt,
      lastUsedAt: null,
    };
    const { replayed } = await work.run(({ users, apiTokens, audit, idempotency: keys }) =>
      keys.once(idempotency, async () => {
        const user = await users.lock(owner.id);
        mustHaveAll(token.roles, user?.roles ?? []);
        await apiTokens.insert(token, texts.hash(text), now);
        await audit.append({
          ...owner.actor,
          action: 'token.create',
          resource: `tokens/${token.id}`,
          result: 'success',
          details: { name, roles: token.roles, expires_at: expiresAt.toISOString() },
        });
        return null;
      }),
    );
    if (!replayed) return { token, text, replayed };
    const made = await store.find(texts.hash(text));
    if (!made) throw goneSince();
    return { token: made.token, text, replayed };
  }

  listOwn(userId: string, page: Page): Promise<{ tokens: ApiToken[]; total: number }> {
    return this.needs.store.listOf(userId, this.needs.clock(), page);
  }

  /** @throws Failure `not_found`, also for another user's token. */
  async revokeOwn(userId: string, id: string, actor: AuditActor): Promise<void> {
    const { work, clock } = this.needs;
    const now = clock();
    await work.run(async ({ apiTokens, revoke, audit }) => {
      const token = await apiTokens.remove(userId, id, now);
      if (!token) throw new Failure('not_found', 'You have no such token. GET /tokens lists yours.');
      revoke({ kind: 'api_token', subject: id, at: now, expiresAt: token.expiresAt });
      await audit.append({
        ...actor,
        action: 'token.revoke',
        resource: `tokens/${id}`,
        result: 'success',
        details: { name: token.name },
      });
    });
  }

  /**
   * @throws Failure `unauthenticated` for an invalid token; one with a typing error is refused without a query.
   */
  async authenticate(text: string): Promise<KnownApiToken> {
    const { texts } = this.needs;
    const known = texts.isIntact(text) ? await this.find(texts.hash(text)) : undefined;
    if (!known) {
      throw new Failure(
        'unauthenticated',
        'The API token is not valid, has expired or was revoked. Create another one.',
        {
          code: 'token_invalid',
        },
      );
    }
    return known;
  }

  /** @param hash SHA-256 of the token. @returns undefined for an invalid one. */
  async find(hash: string): Promise<KnownApiToken | undefined> {
    const { store, requirement, clock } = this.needs;
    const now = clock();
    const found = await store.find(hash);
    if (!found || found.token.expiresAt <= now || !found.user.enabled) return undefined;
    const { token, user } = found;
    // A token must not exceed its owner: an administrator without a second factor may only enrol.
    if (requirement.scopeOf(user) !== undefined) return undefined;
    if (now.getTime() - (token.lastUsedAt?.getTime() ?? 0) > USED_EVERY_MS) await store.touch(token.id, now);
    return { token, user, roles: rolesInForce(token, user) };
  }
}

function mustEndWithinAYear(expiresAt: Date, now: Date): void {
  const life = expiresAt.getTime() - now.getTime();
  if (life > 0 && life <= LONGEST_LIFE_MS) return;
  throw invalid('expires_at', life > 0 ? 'must be at most a year from now' : 'must be in the future');
}

function mustHaveAll(roles: readonly string[], owned: readonly string[]): void {
  const missing = roles.filter((role) => !owned.includes(role));
  if (missing.length === 0) return;
  const message = `You do not have the role ${missing[0]} yourself. Your roles are: ${owned.join(', ')}.`;
  throw new Failure('invalid', message, { code: 'role_not_yours', details: [{ path: 'roles', message }] });
}

function invalid(path: string, message: string): Failure {
  return new Failure('invalid', `${path} ${message}.`, {
    code: 'validation_failed',
    details: [{ path, message }],
  });
}

function goneSince(): Failure {
  return new Failure(
    'conflict',
    'Idempotency-Key belongs to a token that was revoked, or that cannot be shown again since JWT_SECRET was replaced. Use a new key.',
    { code: 'idempotency_key_reused' },
  );
}
