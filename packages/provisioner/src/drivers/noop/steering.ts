import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError, type ActContext } from '../driver.js';

/**
 * The outcome of an act, by the name of its thing: `fail-…` fails; `fail-once-…` fails on the first attempt under a key;
 * `slow-<ms>-…` takes that long unless aborted; `stuck-…` never ends, even if aborted; all others succeed.
 */
export class Steering {
  readonly #failed = new Set<string>();

  async obey(name: string, { signal, idempotencyKey }: ActContext): Promise<void> {
    if (name.startsWith('stuck-')) await new Promise<never>(() => {});
    signal?.throwIfAborted();
    if (name.startsWith('fail-once-')) this.#failOnce(name, idempotencyKey);
    else if (name.startsWith('fail-')) throw new DriverError(`${name} fails, as its name says.`);
    const wait = /^slow-(\d{1,7})-/.exec(name)?.[1];
    if (wait !== undefined) await sleep(Number(wait), undefined, signal ? { signal } : {});
  }

  #failOnce(name: string, idempotencyKey: string): void {
    const attempt = `${idempotencyKey} ${name}`;
    if (this.#failed.has(attempt)) return;
    this.#failed.add(attempt);
    throw new DriverError(`${name} fails once, as its name says.`);
  }
}
