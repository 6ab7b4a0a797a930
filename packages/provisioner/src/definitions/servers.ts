import { DriverError, type Collection } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { Remote, Survey } from './remote.js';

/** The servers that things are installed on. */
export type Servers = Pick<Collection<'server'>, 'list' | 'read'>;

// So many servers are asked at once.
const AT_ONCE = 16;

/** The server itself, if it can be worked on. @throws DriverError */
export function serverOf(server: Server): Server {
  if (server.state === 'running') return server;
  throw new DriverError(
    `Server ${server.name} is ${server.state}: nothing can be read or installed there. ` +
      (server.state === 'stopped' ? 'Start it first.' : 'Wait until it runs (--wait), and run it again.'),
  );
}

/** @param name only that one */
export async function runningServers(servers: Servers, infra: string, name?: string): Promise<Server[]> {
  const found = name === undefined ? await servers.list(infra) : [await servers.read(infra, name)];
  return found.filter((server) => server?.state === 'running') as Server[];
}

export async function surveyAll(
  remote: Remote,
  servers: readonly Server[],
): Promise<{ server: Server; survey: Survey }[]> {
  const found: { server: Server; survey: Survey }[] = [];
  for (let at = 0; at < servers.length; at += AT_ONCE) {
    const some = servers.slice(at, at + AT_ONCE);
    found.push(
      ...(await Promise.all(some.map(async (server) => ({ server, survey: await remote.survey(server) })))),
    );
  }
  return found;
}
