import type { AttemptKey } from '../../src/domain/login/attempt-key.js';
import type { LoginAttempts } from '../../src/domain/login/login-attempts.js';

export class InMemoryLoginAttempts implements LoginAttempts {
  readonly #counts = new Map<string, { count: number; forgetAt: Date; user?: string }>();

  claim({ key, user }: AttemptKey, most: number, now: Date, forgetAt: Date): Promise<number | undefined> {
    const counted = this.#counted(key, now);
    if (counted >= most) return Promise.resolve(undefined);
    this.#counts.set(key, { count: counted + 1, forgetAt, user });
    return Promise.resolve(counted + 1);
  }

  add(key: string, now: Date, forgetAfterMs: number): Promise<void> {
    const known = this.#counts.get(key);
    if (known && known.forgetAt > now) known.count += 1;
    else this.#counts.set(key, { count: 1, forgetAt: new Date(now.getTime() + forgetAfterMs) });
    return Promise.resolve();
  }

  count(key: string, now: Date): Promise<number> {
    return Promise.resolve(this.#counted(key, now));
  }

  release(key: string): Promise<void> {
    const known = this.#counts.get(key);
    if (known) known.count -= 1;
    return Promise.resolve();
  }

  clear(key: string): Promise<void> {
    this.#counts.delete(key);
    return Promise.resolve();
  }

  clearUser(user: string): Promise<number> {
    const before = this.#counts.size;
    for (const [key, counted] of this.#counts)
      if (key === user || counted.user === user) this.#counts.delete(key);
    return Promise.resolve(before - this.#counts.size);
  }

  #counted(key: string, now: Date): number {
    const known = this.#counts.get(key);
    return known && known.forgetAt > now ? known.count : 0;
  }
}
