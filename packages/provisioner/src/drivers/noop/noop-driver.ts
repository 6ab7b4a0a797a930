import { randomUUID } from 'node:crypto';
import { DriverError, type ActContext, type Collection, type Driver } from '../driver.js';
import {
  fullName,
  type Change,
  type Desired,
  type Existence,
  type Existing,
  type Kind,
} from '../resource.js';
import { DEFAULT_SERVERS_AT_ONCE } from '../servers-at-once.js';
import { Steering } from './steering.js';

/**
 * Makes nothing and keeps its records in memory, as fast as possible: for tests and benchmarks of what runs drivers.
 * The name of a thing determines the outcome of an act ({@link Steering}).
 */
export function createNoopDriver(): Driver {
  const steering = new Steering();
  const done = new Map<string, Change[]>();
  const note = (change: Change, { idempotencyKey }: ActContext) => {
    done.set(idempotencyKey, [...(done.get(idempotencyKey) ?? []), change]);
    return change;
  };
  const taskservs = new NoopCollection('taskserv', steering, note);
  return {
    name: 'noop',
    notice: null,
    serversAtOnce: DEFAULT_SERVERS_AT_ONCE,
    resources: {
      server: new NoopCollection('server', steering, note, taskservs),
      taskserv: taskservs,
      cluster: new NoopCollection('cluster', steering, note),
    },
    recall: async (infra, key, { kinds } = {}) =>
      (done.get(key) ?? []).filter(
        ({ kind, before, after }) => (kinds?.includes(kind) ?? true) && (after ?? before)?.infra === infra,
      ),
  };
}

class NoopCollection<K extends Kind> implements Collection<K> {
  readonly #infras = new Map<string, Map<string, Existing[K]>>();

  constructor(
    private readonly kind: K,
    private readonly steering: Steering,
    private readonly note: (change: Change, context: ActContext) => Change,
    private readonly inside?: NoopCollection<'taskserv'>,
  ) {}

  async list(infra: string, server?: string): Promise<Existing[K][]> {
    const all = [...this.#of(infra)];
    const here = server === undefined ? all : all.filter(([name]) => name.startsWith(`${server}/`));
    return here.map(([, existing]) => existing);
  }

  async read(infra: string, name: string): Promise<Existing[K] | null> {
    return this.#of(infra).get(name) ?? null;
  }

  async create(desired: Desired[K], context: ActContext): Promise<{ resource: Existing[K]; made: boolean }> {
    await this.steering.obey(desired.name, context);
    const all = this.#of(desired.infra);
    const existing = all.get(fullName(desired));
    if (existing) return { resource: existing, made: false };
    const resource = exist(desired, context);
    all.set(fullName(desired), resource);
    this.note({ kind: this.kind, action: 'created', before: null, after: resource }, context);
    return { resource, made: true };
  }

  async change(before: Existing[K], desired: Desired[K], context: ActContext): Promise<Existing[K]> {
    await this.steering.obey(before.name, context);
    if (!this.#has(before)) throw new DriverError(`${fullName(before)} no longer exists.`);
    const after = { ...before, ...desired };
    this.#of(before.infra).set(fullName(before), after);
    this.note({ kind: this.kind, action: 'changed', before, after }, context);
    return after;
  }

  async destroy(existing: Existing[K], context: ActContext): Promise<Change[]> {
    if (!this.#has(existing)) return [];
    this.#of(existing.infra).delete(fullName(existing));
    const changes = this.inside ? await this.inside.destroyOn(existing, context) : [];
    return [
      ...changes,
      this.note({ kind: this.kind, action: 'destroyed', before: existing, after: null }, context),
    ];
  }

  async destroyOn(server: Existing[Kind], context: ActContext): Promise<Change[]> {
    const here = await this.list(server.infra, server.name);
    return (await Promise.all(here.map((existing) => this.destroy(existing, context)))).flat();
  }

  #of(infra: string): Map<string, Existing[K]> {
    let all = this.#infras.get(infra);
    if (!all) this.#infras.set(infra, (all = new Map()));
    return all;
  }

  #has(existing: Existing[K]): boolean {
    return this.#of(existing.infra).get(fullName(existing))?.id === existing.id;
  }
}

function exist<K extends Kind>(desired: Desired[K], { restores }: ActContext): Existing[K] {
  const now = new Date().toISOString();
  const existence: Existence = {
    id: randomUUID(),
    driver: 'noop',
    made_at: now,
    changed_at: now,
    description: 'Nothing: the noop driver is for tests.',
    ...(restores ? { restores } : {}),
  };
  const running = 'plan' in desired ? { state: 'running', ip: null } : {};
  // Safe cast: what is wanted and what a driver adds are together what exists.
  return { ...desired, ...existence, ...running } as Existing[K];
}
