import { hashApiToken, TokenFault, type RevocationSet } from '@provisioning/auth-token';
import type { Introspection } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import type { Principal } from '@provisioning/http-kit';

/** How long an answer about an API token is used without a new question. Revocations arrive separately. */
const FRESH_MS = 60_000;
const MOST_KNOWN = 10_000;
/** Anyone can send texts in the form of tokens: questions about them must not keep the control center busy. */
const MOST_ASKED = 16;

type Introspect = (tokenHash: string) => Promise<Introspection>;

/** The principal of a token, and the time of the answer (see `KnownApiToken` of `packages/auth-token`). */
export interface Known {
  principal: Principal;
  knownSince: Date;
  asOf: number | undefined;
}

/** The principals of API tokens, as the control center reported them. */
export class ApiTokenCache {
  readonly #known = new Map<string, Known>();
  #asking = 0;

  constructor(
    private readonly introspect: Introspect,
    private readonly revoked: () => RevocationSet,
  ) {}

  /** @throws Failure `unauthenticated` for an invalid token, `unavailable` if the control center cannot be asked */
  async authenticate(token: string): Promise<Known> {
    const hash = hashApiToken(token);
    const known = this.#standing(hash);
    if (known && Date.now() - known.knownSince.getTime() < FRESH_MS) return known;
    if (this.#asking >= MOST_ASKED && !known) throw tooManyAsked();
    const knownSince = new Date();
    let answer: Introspection;
    this.#asking += 1;
    try {
      answer = await this.introspect(hash);
    } catch (error) {
      // Without news of a revocation a known token stays valid. After a long outage all changes are refused anyway.
      if (known) return known;
      throw error;
    } finally {
      this.#asking -= 1;
    }
    this.#known.delete(hash);
    if (!answer.token) throw noGood('the API token is unknown to the control center');
    const found = { principal: principalOf(answer.token), knownSince, asOf: answer.as_of };
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(hash, found);
    return found;
  }

  /** Whether an answer about a token is still valid; for connections that stay open. */
  stands({ principal: { id: userId, tokenId: id }, knownSince, asOf }: Known): boolean {
    return !this.revoked().isApiTokenRevoked({ id, userId, knownSince, asOf });
  }

  #standing(hash: string): Known | undefined {
    const known = this.#known.get(hash);
    if (!known) return undefined;
    const expired = known.principal.expiresAt * 1000 <= Date.now();
    if (!expired && this.stands(known)) return known;
    this.#known.delete(hash);
    return undefined;
  }
}

function principalOf({
  id: tokenId,
  user,
  roles,
  expires_at: end,
}: NonNullable<Introspection['token']>): Principal {
  const { id, username, email, roles: ownerRoles } = user;
  return {
    id,
    username,
    email,
    roles,
    ownerRoles,
    sessionId: null,
    tokenId,
    expiresAt: Math.floor(Date.parse(end) / 1000),
  };
}

/** @param fault what is wrong with a token that was not revoked, as far as is known here */
export function noGood(fault?: string): Failure {
  return new Failure('unauthenticated', 'The token is no longer valid. Sign in again.', {
    code: 'token_revoked',
    cause: fault === undefined ? undefined : new TokenFault('not_accepted', fault),
  });
}

function tooManyAsked(): Failure {
  return new Failure('unavailable', 'Too many API tokens are being looked up. Try again in a second.', {
    code: 'busy',
    retryAfter: 1,
  });
}
