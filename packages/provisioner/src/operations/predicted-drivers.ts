import { createHash } from 'node:crypto';
import type { DriverSet, Look } from '../drivers/driver-set.js';
import type { Sighting } from '../drivers/driver.js';
import type { Provider } from '../drivers/providers.js';
import { fullName, type Existing, type Kind } from '../drivers/resource.js';
import { baseVersion, canonicalJson, stepsOf, type BaseVersion, type Plan } from '../plan/index.js';
import type { PlanningDrivers } from './planning-drivers.js';

/** A definition that a plan uses, by its content. */
export interface UsedDefinition {
  kind: 'taskserv' | 'cluster';
  name: string;
  /** SHA-256 in hexadecimal digits. */
  digest: string;
}

/**
 * The resources as they will be after the operations that were planned so far. It records every existing resource and every
 * definition that was read.
 */
export class PredictedDrivers implements PlanningDrivers {
  /** By kind, infra and name; null: it will not exist. */
  readonly #predicted = new Map<string, { kind: Kind; infra: string; thing: Existing[Kind] | null }>();
  readonly #bases = new Map<string, BaseVersion>();
  readonly #definitions = new Map<string, UsedDefinition>();

  constructor(private readonly drivers: DriverSet) {}

  readonly definitions: PlanningDrivers['definitions'] = {
    names: (kind) => this.drivers.definitions.names(kind),
    inOrder: async (names) => {
      const used = await this.drivers.definitions.inOrder(names);
      for (const definition of used) this.#use('taskserv', definition);
      return used;
    },
  };

  /** Every existing resource that was read, in the order of their names. */
  get bases(): BaseVersion[] {
    return sorted(this.#bases);
  }

  /** Every definition that was used, in the order of their names. */
  get usedDefinitions(): UsedDefinition[] {
    return sorted(this.#definitions);
  }

  /** Reads the definition of a cluster and those of its task services, if it has one. */
  async useCluster(type: string): Promise<void> {
    const { definitions } = this.drivers;
    if (!(await definitions.names('cluster')).includes(type)) return;
    const cluster = await definitions.cluster(type);
    this.#use('cluster', cluster);
    await this.definitions.inOrder(cluster.taskservs.map(({ name }) => name));
  }

  /** Takes the steps of a plan as done. */
  predict(plan: Plan): void {
    const { kind, infra } = plan;
    for (const { action, before } of plan.entries)
      if (before && action !== 'left_alone') this.#read(kind, before);
    for (const { name, before, after } of stepsOf(plan)) {
      const thing = after && predictedThing(after, before, this.drivers.for(after.provider).name);
      this.#predicted.set(keyOf(kind, infra, name), { kind, infra, thing });
    }
  }

  provider(name: string): Provider {
    return this.drivers.provider(name);
  }

  for(provider: Provider): ReturnType<DriverSet['for']> {
    return this.drivers.for(provider);
  }

  notices(providers: Iterable<Provider>): string[] {
    return this.drivers.notices(providers);
  }

  async find<K extends Kind>(infra: string, kind: K, name: string): Promise<Existing[K] | null> {
    const predicted = this.#predicted.get(keyOf(kind, infra, name));
    // Safe cast: the key contains the kind.
    if (predicted) return predicted.thing as Existing[K] | null;
    const found = await this.drivers.find(infra, kind, name);
    return found && this.#read(kind, found);
  }

  // Safe cast: a caller that omits the kind omits K, too, which is then 'server'.
  async list<K extends Kind = 'server'>(infra: string, kind = 'server' as K): Promise<Existing[K][]> {
    const real = await this.drivers.list(infra, kind);
    for (const thing of real) this.#read(kind, thing);
    return this.#withPredicted(infra, kind, real);
  }

  /** What is seen is recorded only when a plan needs it ({@link predict}): servers that are left alone decide nothing. */
  async sight<K extends Kind>(infra: string, kind: K): Promise<Sighting<K>> {
    const { found, silent } = await this.drivers.sight(infra, kind);
    return { found: this.#withPredicted(infra, kind, found), silent };
  }

  async look<K extends Kind>(infra: string, kind: K, names: readonly string[]): Promise<Look<K>> {
    const open = names.filter(
      (name) => !this.#predicted.has(keyOf(kind, infra, name)) && !this.#isNew(infra, kind, name),
    );
    const { found, unknown } =
      open.length > 0 ? await this.drivers.look(infra, kind, open) : { found: [], unknown: [] };
    const real = new Map(found.map((thing) => [fullName(thing), this.#read(kind, thing)]));
    const things = [...new Set(names)].flatMap((name) => {
      const predicted = this.#predicted.get(keyOf(kind, infra, name));
      // Safe cast: the key contains the kind.
      const thing = predicted ? (predicted.thing as Existing[K] | null) : real.get(name);
      return thing ? [thing] : [];
    });
    return { found: things, unknown };
  }

  #withPredicted<K extends Kind>(infra: string, kind: K, real: readonly Existing[K][]): Existing[K][] {
    const kept = real.filter((thing) => !this.#predicted.has(keyOf(kind, infra, fullName(thing))));
    const predicted = [...this.#predicted.values()].flatMap((one) =>
      // Safe cast: the kind is the same.
      one.kind === kind && one.infra === infra && one.thing ? [one.thing as Existing[K]] : [],
    );
    return [...kept, ...predicted];
  }

  /** Nothing is installed on a server that does not exist yet, and its driver must not be asked. */
  #isNew(infra: string, kind: Kind, name: string): boolean {
    if (kind !== 'taskserv') return false;
    const server = keyOf('server', infra, name.slice(0, name.lastIndexOf('/')));
    return this.#predicted.has(server) && !this.#bases.has(server);
  }

  #read<Thing extends Existing[Kind]>(kind: Kind, thing: Thing): Thing {
    const key = keyOf(kind, thing.infra, fullName(thing));
    if (!this.#predicted.has(key) && !this.#bases.has(key)) this.#bases.set(key, baseVersion(kind, thing));
    return thing;
  }

  #use(kind: UsedDefinition['kind'], definition: { name: string }): void {
    const text = canonicalJson(withoutMaps(definition));
    const digest = createHash('sha256').update(text).digest('hex');
    this.#definitions.set(`${kind} ${definition.name}`, { kind, name: definition.name, digest });
  }
}

/** What only the provider determines has no value yet. */
function predictedThing<Wanted extends object>(
  after: Wanted,
  before: Existing[Kind] | null,
  driver: string,
): Existing[Kind] {
  const existence = before ?? { id: '', driver, made_at: '', changed_at: '', description: '' };
  // Safe cast: what is wanted and what a driver adds are together what exists.
  return { state: 'running', ip: null, ...existence, ...after } as unknown as Existing[Kind];
}

function keyOf(kind: Kind, infra: string, name: string): string {
  return `${kind} ${infra} ${name}`;
}

function sorted<Value>(values: ReadonlyMap<string, Value>): Value[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function withoutMaps(value: unknown): unknown {
  // Safe cast: instanceof gives a map of any.
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].map(withoutMaps);
  if (Array.isArray(value)) return value.map(withoutMaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutMaps(member)]));
}
