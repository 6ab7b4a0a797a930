import { Failure } from '@provisioning/errors';
import type { Actor } from '../audit/actor.js';
import type {
  DefinitionSummary,
  Infra,
  Lock,
  PlatformStore,
  ProviderSummary,
  WorkerSummary,
  Workspace,
  WorkSummary,
} from './platform.js';

interface Position {
  limit: number;
  offset: number;
  /** A name: only those after it. */
  after?: string | undefined;
}

/** Narrows infras to those that a caller may read. */
type Readable = (infras: readonly string[]) => readonly string[];

/** What the platform consists of: infras, definitions, providers, workers and locks. */
export class PlatformService {
  constructor(
    private readonly store: PlatformStore,
    private readonly workspace: Workspace,
    private readonly allProviders: readonly ProviderSummary[],
  ) {}

  /** In alphabetical order. */
  async infras(readable: Readable, position: Position): Promise<{ infras: Infra[]; total: number }> {
    const [folders, counts, locks] = await Promise.all([
      this.workspace.infras(),
      this.store.resourceCounts(),
      this.store.locks(),
    ]);
    const names = readable([...new Set([...folders, ...counts.keys(), ...locks.keys()])].sort());
    const infras = pageOf(names, position).map(async (name) => ({
      name,
      ...(counts.get(name) ?? NO_RESOURCES),
      settings: await this.workspace.settings(name),
      lock: locks.get(name) ?? null,
    }));
    return { infras: await Promise.all(infras), total: names.length };
  }

  /** @throws Failure `not_found` (`infra_not_found`) */
  async infra(name: string): Promise<Infra> {
    const [folders, settings, counts, locks] = await Promise.all([
      this.workspace.infras(),
      this.workspace.settings(name),
      this.store.resourceCounts([name]),
      this.store.locks([name]),
    ]);
    const resources = counts.get(name);
    const lock = locks.get(name) ?? null;
    if (!resources && !lock && !folders.includes(name)) {
      throw new Failure(
        'not_found',
        `There is no infra ${name}: the workspace has no folder of that name, and the inventory nothing in it. GET /infras lists all infras.`,
        { code: 'infra_not_found' },
      );
    }
    return { name, ...(resources ?? NO_RESOURCES), settings, lock };
  }

  /** In the order of infras. */
  async locks(readable: Readable, position: Position): Promise<{ locks: Lock[]; total: number }> {
    const locks = await this.store.locks();
    const names = readable([...locks.keys()].sort());
    const page = pageOf(names, position);
    return { locks: page.map((name) => locks.get(name)!), total: names.length };
  }

  /** The locks of these infras that are held now. */
  async locksOf(infras: readonly string[]): Promise<Lock[]> {
    return [...(await this.store.locks(infras)).values()];
  }

  definitions(): Promise<DefinitionSummary[]> {
    return this.workspace.definitions();
  }

  providers(): readonly ProviderSummary[] {
    return this.allProviders;
  }

  workers(): Promise<WorkerSummary[]> {
    return this.store.workers();
  }

  /** Has a worker claim nothing more. @throws Failure `not_found` (`worker_not_found`) */
  async drainWorker(id: string, actor: Actor): Promise<WorkerSummary> {
    const worker = await this.store.drainWorker(id, actor);
    if (!worker)
      throw new Failure('not_found', `No worker with id ${id} is alive. GET /workers lists all workers.`, {
        code: 'worker_not_found',
      });
    return worker;
  }

  summary(visible: Parameters<PlatformStore['summary']>[0]): Promise<WorkSummary> {
    return this.store.summary(visible);
  }
}

const NO_RESOURCES = { servers: 0, taskservs: 0, clusters: 0 };

function pageOf(names: readonly string[], { limit, offset, after }: Position): string[] {
  const rest = after === undefined ? names : names.filter((name) => name > after);
  return rest.slice(offset, offset + limit);
}
