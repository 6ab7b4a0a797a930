import { DriverError, type Driver, type Server } from './driver.js';
import { createLocalDriver } from './local/local-driver.js';
import type { Provider } from './providers.js';

export interface DriverSetOptions {
  dataDir: string;
  /** In production nothing may stand in for a real provider. */
  production: boolean;
}

/** Which driver acts for which provider. */
export class DriverSet {
  readonly #local: Driver;
  readonly #production: boolean;

  constructor({ dataDir, production }: DriverSetOptions) {
    this.#local = createLocalDriver(dataDir);
    this.#production = production;
  }

  get all(): readonly Driver[] {
    return [this.#local];
  }

  /** @throws DriverError in production, for a provider without a driver of its own */
  for(provider: Provider): Driver {
    if (provider !== 'local' && this.#production) {
      throw new DriverError(
        `Provider ${provider} has no credentials configured, and in production (NODE_ENV=production) ` +
          'the development driver does not stand in for it. Nothing was changed.',
      );
    }
    return this.#local;
  }

  /** The driver that made a server. */
  of(server: Server): Driver {
    const driver = this.all.find(({ name }) => name === server.driver);
    if (!driver)
      throw new DriverError(`There is no driver ${server.driver}, which made server ${server.name}.`);
    return driver;
  }

  async list(infra: string): Promise<Server[]> {
    return (await Promise.all(this.all.map((driver) => driver.list(infra)))).flat();
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
