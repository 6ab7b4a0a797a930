import { installedClusters, installedTaskservs } from '../../definitions/index.js';
import type { SshRunner } from '../../ssh/index.js';
import type { ActContext, Driver, ServerScript } from '../driver.js';
import type { DriverServices } from '../plugin.js';
import { recallEach } from '../recall-each.js';
import type { Server } from '../resource.js';
import { Claims } from './claims.js';
import type { Host } from './hosts-file.js';
import { RemoteHosts } from './remote-host.js';
import { gone, SshServers } from './ssh-servers.js';

const ROOT = '/var/lib/provisioning';

/** What {@link createSshDriver} needs. */
export interface SshDriverOptions extends DriverServices {
  /** Reads the current list of hosts. */
  hosts: () => Promise<Host[]>;
  runner: SshRunner;
  serversAtOnce: number;
}

/** Servers on existing machines, with a login over SSH. */
export function createSshDriver({
  hosts,
  runner,
  serversAtOnce,
  definitions,
  install,
}: SshDriverOptions): Driver {
  const remote = new RemoteHosts(runner, install.root ?? ROOT);
  const claims = new Claims(hosts, remote);
  const run = (server: Server, script: ServerScript, context: ActContext) =>
    runOn(server, script, context, { claims, remote, runner });
  const server = new SshServers(claims, (gone, context) => taskserv.removeAll(gone, context));
  const taskserv = installedTaskservs(run, server, definitions, install);
  const cluster = installedClusters(run, server, definitions, install);
  return {
    name: 'ssh',
    notice: null,
    resources: { server, taskserv, cluster },
    run,
    serversAtOnce,
    recall: recallEach(server, taskserv, cluster),
  };
}

interface Parts {
  claims: Claims;
  remote: RemoteHosts;
  runner: SshRunner;
}

/** The script itself checks that the host is still that server, because it may have been released a moment ago. */
async function runOn(
  server: Server,
  script: ServerScript,
  context: ActContext,
  { claims, remote, runner }: Parts,
): Promise<{ exitCode: number }> {
  for (let attempt = 0; attempt < 2; attempt++) {
    context.signal?.throwIfAborted();
    const host =
      (await claims.place(server)) ?? (await claims.find(server.infra, server.name, context.signal))?.host;
    if (!host) break;
    const guarded = remote.guarded(script, server.id);
    let elsewhere = false;
    const log = (line: string) => {
      if (line === guarded.mark) elsewhere = true;
      else context.log?.(line);
    };
    const ended = await runner.run(host.target, guarded.script, { ...context, log });
    if (!elsewhere) return ended;
    claims.forget(server);
  }
  throw gone(server);
}
