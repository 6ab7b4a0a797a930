import { DriverError, type Driver } from './driver.js';
import { createLocalDriver } from './local/local-driver.js';
import { createNoopDriver } from './noop/noop-driver.js';
import { PROVIDERS, TEST_PROVIDER, type Provider } from './providers.js';
import type { Existing, Kind } from './resource.js';

export interface DriverSetOptions {
  dataDir: string;
  /** In production nothing may stand in for a real provider. */
  production: boolean;
  /** Whether there is a provider for tests and benchmarks, which makes nothing at all. */
  testDriver?: boolean;
}

/** Which driver acts for which provider. */
export class DriverSet {
  readonly #local: Driver;
  readonly #test: Driver | undefined;
  readonly #production: boolean;

  constructor({ dataDir, production, testDriver = false }: DriverSetOptions) {
    this.#local = createLocalDriver(dataDir);
    this.#test = testDriver ? createNoopDriver() : undefined;
    this.#production = production;
  }

  get all(): readonly Driver[] {
    return this.#test ? [this.#local, this.#test] : [this.#local];
  }

  /** @throws DriverError if there is no provider of that name */
  provider(name: string): Provider {
    const known: readonly Provider[] = this.#test ? [...PROVIDERS, TEST_PROVIDER] : PROVIDERS;
    const provider = known.find((one) => one === name);
    if (provider) return provider;
    throw new DriverError(`There is no provider ${JSON.stringify(name)}: name one of ${known.join(', ')}.`, {
      permanent: true,
    });
  }

  /** @throws DriverError in production, for a provider without a driver of its own */
  for(provider: Provider): Driver {
    if (provider === TEST_PROVIDER && this.#test) return this.#test;
    if (provider !== 'local' && this.#production) {
      throw new DriverError(
        `Provider ${provider} has no credentials configured, and in production (NODE_ENV=production) ` +
          'the development driver does not stand in for it. Nothing was changed.',
        { permanent: true },
      );
    }
    return this.#local;
  }

  /** The driver of that name. @throws DriverError */
  named(name: string | null): Driver {
    const driver = this.all.find((one) => one.name === name);
    if (driver) return driver;
    throw new DriverError(
      `There is no driver ${JSON.stringify(name)} here: use the program that acted under that name.`,
      { permanent: true },
    );
  }

  /** The driver that made something. */
  of({ driver }: { driver: string }): Driver {
    return this.named(driver);
  }

  async list<K extends Kind = 'server'>(infra: string, kind = 'server' as K): Promise<Existing[K][]> {
    return (await Promise.all(this.all.map((driver) => driver.resources[kind].list(infra)))).flat();
  }

  /** The one of that full name, whoever made it. */
  async find<K extends Kind>(infra: string, kind: K, name: string): Promise<Existing[K] | null> {
    for (const driver of this.all) {
      const found = await driver.resources[kind].read(infra, name);
      if (found) return found;
    }
    return null;
  }

  /** What users must be told before anything is done for those providers. */
  notices(providers: Iterable<Provider>): string[] {
    const asked = new Set(providers);
    const standIns = [...asked].filter((provider) => provider !== this.for(provider).name);
    const notices = [...asked]
      .map((provider) => this.for(provider).notice)
      .filter((notice) => notice !== null);
    return [
      ...standIns.map(
        (provider) =>
          `Provider ${provider} has no credentials configured: the development driver ` +
          `"${this.for(provider).name}" stands in for it.`,
      ),
      ...new Set(notices),
    ];
  }
}
