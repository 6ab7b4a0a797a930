import { installedClusters, installedTaskservs } from '../definitions/index.js';
import type { SshTarget } from '../ssh/index.js';
import { DriverError, type Collection, type Driver, type Refusal, type ServerStep } from './driver.js';
import type { Login } from './login.js';
import type { DriverServices } from './plugin.js';
import { recallEach } from './recall-each.js';
import type { Change, Server, Taskserv } from './resource.js';
import { withoutLogin } from './without-login.js';

/** The servers of one provider, which stores the keys under which they were made. */
export interface ProviderServers extends Collection<'server'> {
  /** Finds the task services on a server that are destroyed with it, if the server still answers. */
  installedOn: (server: Server, signal: AbortSignal | undefined) => Promise<Taskserv[]>;
  recall(infra: string, idempotencyKey: string): Promise<Change[]>;
  /** See {@link Driver.refusals}. */
  refusals(steps: readonly ServerStep[], signal?: AbortSignal): Promise<Refusal[]>;
}

interface Parts {
  name: string;
  /** The provider's name in messages. */
  title: string;
  servers: ProviderServers;
  /** Null if there is no login to servers. */
  login: Login | null;
  services: DriverServices;
  serversAtOnce: number;
}

/** A driver whose provider makes machines as servers, with a login over SSH. */
export function createServerDriver(
  { name, title, servers, login, services: { definitions, install }, serversAtOnce }: Parts,
  targetOf: (server: Server, signal: AbortSignal | undefined) => SshTarget | Promise<SshTarget>,
): Driver {
  const common = {
    name,
    notice: null,
    serversAtOnce,
    refusals: (steps: readonly ServerStep[], signal?: AbortSignal) => servers.refusals(steps, signal),
  };
  if (!login) {
    return {
      ...common,
      resources: { server: servers, ...withoutLogin(title, 'PROVISIONING_SSH_KEY_FILE') },
      recall: recallEach(servers),
    };
  }
  const run: NonNullable<Driver['run']> = async (server, script, context) =>
    login.runner.run(await targetOf(server, context.signal), script, context);
  const taskservs = installedTaskservs(run, servers, definitions, install);
  const clusters = installedClusters(run, servers, definitions, install);
  servers.installedOn = async ({ infra, name, id, state }, signal) => {
    // Of several servers of one name, only the valid one can have task services.
    if (state !== 'running' || (await servers.read(infra, name))?.id !== id) return [];
    return whatCanBeRead(() => taskservs.list(infra, name), signal);
  };
  return {
    ...common,
    resources: { server: servers, taskserv: taskservs, cluster: clusters },
    run,
    recall: recallEach(servers, taskservs, clusters),
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
