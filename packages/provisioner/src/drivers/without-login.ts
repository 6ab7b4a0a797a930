import { DriverError, type Collection } from './driver.js';
import { nounOf, type Change, type Existing, type Kind } from './resource.js';

type InstalledKind = Exclude<Kind, 'server'>;

/**
 * Task services and clusters of a driver that makes servers and has no login to them: there are none, and none can be
 * made until an operator configures a login.
 * @param provider its name in messages
 * @param variable the one that would configure a login
 */
export function withoutLogin(provider: string, variable: string): { [K in InstalledKind]: Collection<K> } {
  const of = <K extends InstalledKind>(kind: K) => new NothingInstalled(kind, provider, variable);
  return { taskserv: of('taskserv'), cluster: of('cluster') };
}

class NothingInstalled<K extends InstalledKind> implements Collection<K> {
  constructor(
    private readonly kind: K,
    private readonly provider: string,
    private readonly variable: string,
  ) {}

  async list(): Promise<Existing[K][]> {
    return [];
  }

  async read(): Promise<null> {
    return null;
  }

  async create(): Promise<never> {
    throw this.#refusal('installed');
  }

  async change(): Promise<never> {
    throw this.#refusal('changed');
  }

  async destroy(): Promise<Change[]> {
    throw this.#refusal('removed');
  }

  #refusal(what: string): DriverError {
    return new DriverError(
      `No ${nounOf(this.kind)} can be ${what} at ${this.provider}: no SSH key for its servers is configured. ` +
        `Set ${this.variable} and restart. Nothing was changed.`,
      { permanent: true },
    );
  }
}
