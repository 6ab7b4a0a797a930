import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@provisioning/errors';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import type { PasswordHasher } from '../domain/user/password-hasher.js';
import { canonicalPassword } from '../domain/user/password-text.js';

/** Each occupies one of libuv's four threads for a third of a second; file access and DNS need the others. */
const MOST_AT_ONCE = 2;
const LONGEST_QUEUE = 32;
const WITHOUT_PEPPER = 'plain';

/** Cost and pepper of the hashes. */
export interface PasswordHasherOptions {
  /** The cost of bcrypt: each step doubles the time. */
  cost: number;
  /** Stored apart from the database: without it, leaked hashes cannot be attacked. */
  pepper: string | undefined;
}

/**
 * Hashes with bcrypt an HMAC of the password: bcrypt alone ignores everything after 72 bytes or a NUL. Stored as
 * `<pepper's name>:<bcrypt>`, so that a pepper can be introduced later without locking users out.
 */
export class BcryptHasher implements PasswordHasher {
  readonly #limit = pLimit(MOST_AT_ONCE);
  readonly #cost: number;
  readonly #pepper: string | undefined;
  /** The name of the pepper of new hashes. */
  readonly pepperName: string;
  /** A real hash of the same cost: an invalid one would be refused at once, and the time would reveal it. */
  #dummy: Promise<string> | undefined;
  #usualMs = 0;

  constructor({ cost, pepper }: PasswordHasherOptions) {
    this.#cost = cost;
    this.#pepper = pepper;
    this.pepperName = pepper === undefined ? WITHOUT_PEPPER : nameOf(pepper);
  }

  /** Prepares what the first sign-in would otherwise wait for. */
  async prepare(): Promise<void> {
    const dummy = await this.#dummyHash();
    await this.#timed(() => bcrypt.compare('', dummy));
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const hash = await bcrypt.hash(digest(canonicalPassword(password), this.#pepper), this.#cost);
      return `${this.pepperName}:${hash}`;
    });
  }

  matches(password: string, stored: string | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const known = stored === undefined ? undefined : this.#read(stored);
      const hash = known?.hash ?? (await this.#dummyHash());
      for (const spelling of spellingsOf(password)) {
        const equal = await this.#timed(() => bcrypt.compare(digest(spelling, known?.pepper), hash));
        if (equal && known !== undefined) return true;
      }
      return false;
    });
  }

  async pretend(): Promise<void> {
    await sleep(this.#usualMs);
  }

  /** Undefined for a hash whose pepper is lost. */
  #read(stored: string): { pepper: string | undefined; hash: string } | undefined {
    const end = stored.indexOf(':');
    const name = stored.slice(0, end);
    const hash = stored.slice(end + 1);
    if (name === WITHOUT_PEPPER) return { pepper: undefined, hash };
    return name === this.pepperName ? { pepper: this.#pepper, hash } : undefined;
  }

  #dummyHash(): Promise<string> {
    this.#dummy ??= bcrypt.hash(digest('nobody', this.#pepper), this.#cost);
    return this.#dummy;
  }

  async #timed<T>(act: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await act();
    this.#usualMs = performance.now() - start;
    return result;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#limit.pendingCount >= LONGEST_QUEUE) {
      return Promise.reject(
        new Failure('unavailable', 'Too many sign-ins are in progress. Try again in a few seconds.', {
          code: 'busy',
          retryAfter: 5,
        }),
      );
    }
    return this.#limit(act);
  }
}

/**
 * Returns the canonical form, then the password as sent: hashes made before the canonical form was introduced are of
 * that. Only a password in another form costs a second comparison, whether the user exists or not.
 */
function spellingsOf(password: string): Set<string> {
  return new Set([canonicalPassword(password), password]);
}

const PUBLIC_KEY = 'provisioning-password';

function digest(password: string, pepper: string | undefined): string {
  return createHmac('sha256', pepper ?? PUBLIC_KEY)
    .update(password, 'utf8')
    .digest('base64');
}

/** Identifies a pepper without revealing it. */
function nameOf(pepper: string): string {
  return createHash('sha256').update(`provisioning-pepper:${pepper}`).digest('hex').slice(0, 8);
}
