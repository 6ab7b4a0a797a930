import pLimit from 'p-limit';
import { Definitions, type InstallOptions } from '../definitions/index.js';
import { CATALOG } from './catalog.js';
import { DriverError, sightingOf, type Collection, type Driver, type Sighting } from './driver.js';
import { createLocalDriver } from './local/local-driver.js';
import { createNoopDriver } from './noop/noop-driver.js';
import { missingFor, type DriverPlugin, type Environment } from './plugin.js';
import { PROVIDERS, TEST_PROVIDER, type Provider } from './providers.js';
import { fullName, type Existing, type Kind } from './resource.js';

// The number of concurrent reads, for a driver that is asked for each name.
const NAMES_AT_ONCE = 16;

/** What {@link openDrivers} needs. */
export interface DriverSetOptions {
  dataDir: string;
  /** The folder that contains `definitions/`. */
  workspace: string;
  /** The variables that configure the drivers. */
  env: Environment;
  /** In production no provider falls back to the local driver. */
  production: boolean;
  /** Whether the provider for tests and benchmarks exists, which makes nothing. */
  testDriver?: boolean;
}

/** What is known about some names. */
export interface Look<K extends Kind> {
  found: Existing[K][];
  unknown: { name: string; reason: string; permanent: boolean }[];
}

/** The drivers of all providers. */
export class DriverSet {
  /**
   * @param missing by provider: the variables that would configure it
   * @param faults by provider: what is wrong with its configuration
   */
  private constructor(
    readonly definitions: Definitions,
    private readonly local: Driver,
    private readonly others: ReadonlyMap<Provider, Driver>,
    private readonly missing: ReadonlyMap<Provider, string>,
    readonly faults: ReadonlyMap<Provider, DriverError>,
    private readonly production: boolean,
  ) {}

  /** Makes the drivers of all configured providers. An invalid configuration is reported when its provider is used. */
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
    throw new DriverError(
      `Provider ${JSON.stringify(name)} does not exist. Use one of ${known.join(', ')}.`,
      {
        permanent: true,
      },
    );
  }

  /** @throws DriverError if the provider's configuration is not valid or, in production, missing */
  for(provider: Provider): Driver {
    const fault = this.faults.get(provider);
    if (fault) throw fault;
    const driver = this.others.get(provider);
    if (driver) return driver;
    if (provider !== 'local' && this.production) {
      throw new DriverError(
        `Provider ${provider} has no credentials configured${this.#setThese(provider)}, and in production ` +
          '(NODE_ENV=production) it does not fall back to the local driver. Nothing was changed.',
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
        ? `The driver ${unconfigured} is not configured${this.#setThese(unconfigured)}. Only it can change the resources that it created.`
        : `Driver ${JSON.stringify(name)} does not exist. Run this with the program that has that driver.`,
      { permanent: true },
    );
  }

  /** The driver that made something. */
  of({ driver }: { driver: string }): Driver {
    return this.named(driver);
  }

  // Safe cast: a caller that omits the kind omits K, too, which is then 'server'.
  async list<K extends Kind = 'server'>(infra: string, kind = 'server' as K): Promise<Existing[K][]> {
    return (await Promise.all(this.all.map((driver) => driver.resources[kind].list(infra)))).flat();
  }

  /** The same, but servers that do not answer are returned as unknown and delay no other. */
  async sight<K extends Kind>(infra: string, kind: K): Promise<Sighting<K>> {
    const sightings = await Promise.all(
      this.all.map(({ resources }) => sightingOf<K>(resources[kind], infra)),
    );
    return {
      found: sightings.flatMap(({ found }) => found),
      silent: sightings.flatMap(({ silent }) => silent),
    };
  }

  /** The thing of that full name, at any driver. */
  async find<K extends Kind>(infra: string, kind: K, name: string): Promise<Existing[K] | null> {
    const found = await Promise.all(this.all.map((driver) => driver.resources[kind].read(infra, name)));
    return found.find((one) => one !== null) ?? null;
  }

  /**
   * The existing things of these full names, in the order of the names. A name is unknown if one driver did not answer and
   * no other driver has it; other names are not affected.
   */
  async look<K extends Kind>(infra: string, kind: K, names: readonly string[]): Promise<Look<K>> {
    const answers = await Promise.all(
      this.all.map(({ resources }) => lookIn<K>(resources[kind], infra, names)),
    );
    const looked: Look<K> = { found: [], unknown: [] };
    for (const name of new Set(names)) {
      const found = answers.map((answer) => answer.found.get(name)).find((one) => one !== undefined);
      const failure = answers.map((answer) => answer.failures.get(name)).find((one) => one !== undefined);
      if (found) looked.found.push(found);
      else if (failure) looked.unknown.push({ name, ...silenceOf(name, failure) });
    }
    return looked;
  }

  /** The notices that users must see before those providers are used. */
  notices(providers: Iterable<Provider>): string[] {
    const asked = new Set(providers);
    const standIns = [...asked].filter((provider) => provider !== this.for(provider).name);
    const notices = [...asked]
      .map((provider) => this.for(provider).notice)
      .filter((notice) => notice !== null);
    return [
      ...standIns.map(
        (provider) =>
          `Provider ${provider} has no credentials configured${this.#setThese(provider)} and falls back to the ` +
          `${this.for(provider).name} driver.`,
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
  return new DriverError(`Provider ${provider} is not configured correctly: ${why}`, {
    permanent: true,
    cause: error,
  });
}

interface Answer<K extends Kind> {
  found: ReadonlyMap<string, Existing[K]>;
  failures: ReadonlyMap<string, DriverError>;
}

/** All names at once if the driver supports it, otherwise one by one. */
async function lookIn<K extends Kind>(
  collection: Collection<K>,
  infra: string,
  names: readonly string[],
): Promise<Answer<K>> {
  const found = new Map<string, Existing[K]>();
  const failures = new Map<string, DriverError>();
  if (collection.readAll) {
    try {
      const seen = await collection.readAll(infra, names);
      for (const one of seen.found) found.set(fullName(one), one);
      for (const { server, reason } of seen.silent)
        for (const name of names)
          if (server === null || name.split('/')[0] === server) failures.set(name, new DriverError(reason));
    } catch (error) {
      // A permanent failure must not be treated as an unknown state.
      if (!(error instanceof DriverError) || error.permanent) throw error;
      for (const name of names) failures.set(name, error);
    }
    return { found, failures };
  }
  await pLimit(NAMES_AT_ONCE).map(names, async (name) => {
    try {
      const one = await collection.read(infra, name);
      if (one) found.set(name, one);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      failures.set(name, error);
    }
  });
  return { found, failures };
}

function silenceOf(name: string, { message, permanent }: DriverError) {
  return { reason: `The state of ${name} is unknown: ${message}`, permanent };
}
