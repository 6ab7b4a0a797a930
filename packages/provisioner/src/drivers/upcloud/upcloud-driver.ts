import { installedClusters, installedTaskservs } from '../../definitions/index.js';
import type { SshRunner } from '../../ssh/index.js';
import { DriverError, type Driver } from '../driver.js';
import type { DriverServices } from '../plugin.js';
import type { Taskserv } from '../resource.js';
import { withoutLogin } from '../without-login.js';
import { UpcloudApi } from './api.js';
import { Catalogue } from './catalogue.js';
import { ServerChanger } from './change-server.js';
import { UpcloudClient } from './client.js';
import type { UpcloudConfig } from './config.js';
import { ServerMaker } from './make-server.js';
import { PACE, type Pace } from './pace.js';
import { UpcloudServers } from './servers.js';
import { Waits } from './waits.js';

/** How servers are logged in to. */
export interface Login {
  /** As it stands in `authorized_keys`. */
  publicKey: string;
  runner: Pick<SshRunner, 'run'>;
}

/** Makes servers at UpCloud and, where it can log in to them, installs things there. */
export function createUpcloudDriver(
  config: UpcloudConfig,
  { definitions, install }: DriverServices,
  login: Login | null,
  pace: Pace = config.pollMs === null ? PACE : { ...PACE, pollMs: config.pollMs },
): Driver {
  const api = new UpcloudApi(new UpcloudClient(config, pace), pace);
  const waits = new Waits(api, pace);
  const catalogue = new Catalogue(api, config.defaultTemplate);
  const maker = new ServerMaker(api, waits, catalogue, login?.publicKey ?? null);
  const servers = new UpcloudServers(api, waits, maker, new ServerChanger(api, waits, catalogue));
  const common = { name: 'upcloud', notice: null };
  if (!login) {
    return {
      ...common,
      resources: { server: servers, ...withoutLogin('UpCloud', 'PROVISIONING_SSH_KEY_FILE') },
      recall: (infra, key) => servers.recall(infra, key),
    };
  }
  const run = runOver(login.runner);
  const taskservs = installedTaskservs(run, servers, definitions, install);
  const clusters = installedClusters(run, servers, definitions, install);
  servers.installedOn = async ({ infra, name, id, state }, signal) => {
    // Of several of that name, only the one that counts can have any.
    if (state !== 'running' || (await servers.read(infra, name))?.id !== id) return [];
    return whatCanBeRead(() => taskservs.list(infra, name), signal);
  };
  return {
    ...common,
    resources: { server: servers, taskserv: taskservs, cluster: clusters },
    run,
    recall: async (infra, key) => [
      ...(await servers.recall(infra, key)),
      ...(await taskservs.recall(infra, key)),
      ...(await clusters.recall(infra, key)),
    ],
  };
}

function runOver(runner: Login['runner']): NonNullable<Driver['run']> {
  return async ({ id, name, ip }, script, context) => {
    // Its host key is kept under its id, as UpCloud gives the addresses of servers that went to others.
    if (ip) return runner.run({ host: ip, user: 'root', alias: id }, script, context);
    throw new DriverError(
      `Server ${name} at UpCloud has no public address: nothing can be run there. Give it one, or create it again.`,
      { permanent: true },
    );
  };
}

/** A server that cannot be reached can be destroyed all the same. */
async function whatCanBeRead(
  read: () => Promise<Taskserv[]>,
  signal: AbortSignal | undefined,
): Promise<Taskserv[]> {
  try {
    return await read();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DriverError) return [];
    throw error;
  }
}
