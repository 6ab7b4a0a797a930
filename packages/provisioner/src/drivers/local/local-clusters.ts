import type { ActContext, Collection } from '../driver.js';
import type { Cluster, DesiredCluster } from '../resource.js';
import { explained } from './explain-file-error.js';
import { entriesOf, makeFolders } from './folders.js';
import { LocalFiles } from './local-files.js';
import { existsNow, type LocalInfras } from './local-infra.js';

/** Clusters of the local driver: one file each in the infra's folder. */
export class LocalClusters extends LocalFiles<'cluster'> implements Collection<'cluster'> {
  readonly #infras: LocalInfras;

  constructor(infras: LocalInfras) {
    super('cluster', infras, (paths) => makeFolders(paths.clusters));
    this.#infras = infras;
  }

  list(infra: string): Promise<Cluster[]> {
    return explained(async () => {
      const files = (await entriesOf(this.#infras.paths(infra).clusters))
        .filter((entry) => entry.endsWith('.json'))
        .sort();
      const found = await Promise.all(files.map((file) => this.read(infra, file.slice(0, -'.json'.length))));
      return found.filter((cluster) => cluster !== null);
    });
  }

  override create(desired: DesiredCluster, context: ActContext) {
    return super.create({ ...desired, ...existsNow(context) }, context);
  }
}
