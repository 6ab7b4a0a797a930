import type { LoginAttempts } from '../../src/domain/ports.js';

export class InMemoryLoginAttempts implements LoginAttempts {
  readonly #counts = new Map<string, { count: number; forgetAt: Date }>();

  claim(key: string, most: number, now: Date, forgetAt: Date): Promise<boolean> {
    const known = this.#counts.get(key);
    const count = known && known.forgetAt > now ? known.count : 0;
    if (count >= most) return Promise.resolve(false);
    this.#counts.set(key, { count: count + 1, forgetAt });
    return Promise.resolve(true);
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
}
