import { errorOf } from '@provisioning/errors';
import { installedClusters, installedTaskservs } from '../../definitions/index.js';
import { DriverError, type Driver } from '../driver.js';
import type { DriverServices } from '../plugin.js';
import { recallEach } from '../recall-each.js';
import type { DockerConfig } from './config.js';
import { DockerServers } from './docker-servers.js';
import { Engine } from './engine.js';
import { PACE, type Pace } from './pace.js';
import { runInContainers } from './run-in-container.js';

/** One container per server on one Docker engine. Task services are installed in them as on any other server. */
export function createDockerDriver(
  config: DockerConfig,
  { definitions, install }: DriverServices,
  pace: Pace = PACE,
): Driver {
  const engine = new Engine(config, pace);
  const servers = new DockerServers(engine);
  const run = runInContainers(engine);
  const taskservs = installedTaskservs(run, servers, definitions, install);
  const clusters = installedClusters(run, servers, definitions, install);
  servers.installedOn = async ({ infra, name, state }) => {
    if (state !== 'running') return [];
    // A container in which nothing can run is destroyed all the same.
    return taskservs
      .list(infra, name)
      .catch((error: unknown) => (error instanceof DriverError ? [] : Promise.reject(errorOf(error))));
  };
  return {
    name: 'docker',
    notice: null,
    resources: { server: servers, taskserv: taskservs, cluster: clusters },
    run,
    serversAtOnce: config.serversAtOnce,
    recall: recallEach(servers, taskservs, clusters),
  };
}
