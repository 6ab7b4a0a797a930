import type { Driver } from '../driver.js';
import { DEFAULT_SERVERS_AT_ONCE } from '../servers-at-once.js';
import { explained } from './explain-file-error.js';
import { LocalClusters } from './local-clusters.js';
import { LocalInfras } from './local-infra.js';
import { LocalServers } from './local-servers.js';
import { LocalTaskservs } from './local-taskservs.js';

/**
 * Stores a record of each server, task service and cluster in a file and makes nothing real: for development. Records
 * are made and removed by one `rename` or `link`, so other processes and crashes never see a partial one.
 */
export function createLocalDriver(dataDir: string): Driver {
  const infras = new LocalInfras(dataDir);
  return {
    name: 'local',
    notice:
      'The local driver is for development: it keeps a record of each server and makes no real machine.',
    serversAtOnce: DEFAULT_SERVERS_AT_ONCE,
    resources: {
      server: new LocalServers(infras),
      taskserv: new LocalTaskservs(infras),
      cluster: new LocalClusters(infras),
    },
    recall: (infra, idempotencyKey, { kinds } = {}) =>
      explained(() => infras.recall(infra, idempotencyKey, kinds)),
  };
}
