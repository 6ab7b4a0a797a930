import { Definitions, type InstallOptions } from '../definitions/index.js';
import { CATALOG } from './catalog.js';
import { DriverError, type Driver } from './driver.js';
import { createLocalDriver } from './local/local-driver.js';
import { createNoopDriver } from './noop/noop-driver.js';
import { missingFor, type DriverPlugin, type Environment } from './plugin.js';
import { PROVIDERS, TEST_PROVIDER, type Provider } from './providers.js';
import type { Existing, Kind } from './resource.js';

export interface DriverSetOptions {
  dataDir: string;
  /** The folder that has `definitions/`. */
  workspace: string;
  /** What configures the drivers. */
  env: Environment;
  /** In production nothing may stand in for a real provider. */
  production: boolean;
  /** Whether there is a provider for tests and benchmarks, which makes nothing at all. */
  testDriver?: boolean;
}

/** Which driver acts for which provider. */
export class DriverSet {
  /**
   * @param missing by provider: the variables that would configure it
   * @param faults by provider: what is wrong with how it is configured
   */
  private constructor(
    readonly definitions: Definitions,
    private readonly local: Driver,
    private readonly others: ReadonlyMap<Provider, Driver>,
    private readonly missing: ReadonlyMap<Provider, string>,
    readonly faults: ReadonlyMap<Provider, DriverError>,
    private readonly production: boolean,
  ) {}

  /** Makes the drivers of all providers that are configured. One that is configured wrongly is refused when it is asked for. */
  static async open(
    options: DriverSetOptions,
    catalog: readonly DriverPlugin[] = CATALOG,
  ): Promise<DriverSet> {
    const { dataDir, workspace, env, production, testDriver = false } = options;
    const install: InstallOptions = { downloadBase: env['PROVISIONING_DOWNLOAD_BASE'] || undefined };
    const definitions = new Definitions(`${workspace}/definitions`);
    const others = new Map<Provider, Driver>();
    const missing = new Map<Provider, string>();
    const faults = new Map<Provider, DriverError>();
    for (const plugin of catalog) {
      const lacks = missingFor(plugin, env);
      if (lacks !== null) missing.set(plugin.provider, lacks);
      else
        await plugin.create(env, { definitions, install }).then(
          (driver) => others.set(plugin.provider, driver),
          (error: unknown) => faults.set(plugin.provider, faultOf(plugin.provider, error)),
        );
    }
    if (testDriver) others.set(TEST_PROVIDER, createNoopDriver());
    return new DriverSet(definitions, createLocalDriver(dataDir), others, missing, faults, production);
  }

  get all(): readonly Driver[] {
    return [this.local, ...this.others.values()];
  }

  /** @throws DriverError if there is no provider of that name */
  provider(name: string): Provider {
    const known: readonly Provider[] = this.others.has(TEST_PROVIDER)
      ? [...PROVIDERS, TEST_PROVIDER]
      : PROVIDERS;
    const provider = known.find((one) => one === name);
    if (provider) return provider;
    throw new DriverError(`There is no provider ${JSON.stringify(name)}: name one of ${known.join(', ')}.`, {
      permanent: true,
    });
  }

  /** @throws DriverError for a provider that is configured wrongly or, in production, not at all */
  for(provider: Provider): Driver {
    const fault = this.faults.get(provider);
    if (fault) throw fault;
    const driver = this.others.get(provider);
    if (driver) return driver;
    if (provider !== 'local' && this.production) {
      throw new DriverError(
        `Provider ${provider} has no credentials configured${this.#setThese(provider)}, and in production ` +
          '(NODE_ENV=production) the development driver does not stand in for it. Nothing was changed.',
        { permanent: true },
      );
    }
    return this.local;
  }

  /** The driver of that name. @throws DriverError */
  named(name: string | null): Driver {
    const driver = this.all.find((one) => one.name === name);
    if (driver) return driver;
    for (const [provider, fault] of this.faults) if (provider === name) throw fault;
    const unconfigured = [...this.missing.keys()].find((provider) => provider === name);
    throw new DriverError(
      unconfigured
        ? `What the driver ${unconfigured} has made, only it can act on, and it is not configured here${this.#setThese(unconfigured)}.`
        : `There is no driver ${JSON.stringify(name)} here: use the program that acted under that name.`,
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
    const found = await Promise.all(this.all.map((driver) => driver.resources[kind].read(infra, name)));
    return found.find((one) => one !== null) ?? null;
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
          `Provider ${provider} has no credentials configured${this.#setThese(provider)}: the development driver ` +
          `"${this.for(provider).name}" stands in for it.`,
      ),
      ...new Set(notices),
    ];
  }

  #setThese(provider: Provider): string {
    const variables = this.missing.get(provider);
    return variables === undefined ? '' : ` (set ${variables})`;
  }
}

function faultOf(provider: Provider, error: unknown): DriverError {
  const why = error instanceof DriverError ? error.message : String(error);
  return new DriverError(`Provider ${provider} is configured, but cannot be used: ${why}`, {
    permanent: true,
    cause: error,
  });
}
