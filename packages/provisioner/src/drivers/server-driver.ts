import { installedClusters, installedTaskservs } from '../definitions/index.js';
import type { SshTarget } from '../ssh/index.js';
import { DriverError, type Collection, type Driver, type Refusal, type ServerStep } from './driver.js';
import type { Login } from './login.js';
import type { DriverServices } from './plugin.js';
import { recallEach } from './recall-each.js';
import type { Change, Server, Taskserv } from './resource.js';
import { withoutLogin } from './without-login.js';

/** Servers of one provider, which remember what they were made under. */
export interface ProviderServers extends Collection<'server'> {
  /** Tells what is installed on a server, and goes with it, as far as it can still be asked. */
  installedOn: (server: Server, signal: AbortSignal | undefined) => Promise<Taskserv[]>;
  recall(infra: string, idempotencyKey: string): Promise<Change[]>;
  /** See {@link Driver.refusals}. */
  refusals(steps: readonly ServerStep[], signal?: AbortSignal): Promise<Refusal[]>;
}

interface Parts {
  name: string;
  /** The provider, as people call it. */
  title: string;
  servers: ProviderServers;
  /** Null where nobody can log in. */
  login: Login | null;
  services: DriverServices;
  serversAtOnce: number;
}

/** A driver whose servers are machines that the provider makes and that are logged in to by SSH. */
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
    // Of several of that name, only the one that counts can have any.
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
