import pLimit from 'p-limit';
import { DriverError, type Collection, type RecallOptions, type Silence } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { Remote, Survey } from './remote.js';

/** The servers on which things are installed. */
export type Servers = Pick<Collection<'server'>, 'list' | 'read'>;

// The number of servers that are asked concurrently; usually all of an infra.
const AT_ONCE = 100;

const ADVICE: Readonly<Record<Server['state'], string>> = {
  running: '',
  starting: 'Wait until it runs (--wait) and run the command again.',
  stopped: 'Create the servers again, which starts it, and run the command again.',
  error: 'Check it at the provider, or delete it and create it again.',
};

/** The server, if work on it is possible. @throws DriverError */
export function serverOf(server: Server): Server {
  if (server.state === 'running') return server;
  throw new DriverError(notRunning(server));
}

function notRunning({ name, state }: Server): string {
  return `Server ${name} is ${state}, so that nothing can be read or installed there. ${ADVICE[state]}`;
}

/** @param name only the server of that name */
export async function runningServers(servers: Servers, infra: string, name?: string): Promise<Server[]> {
  const found = name === undefined ? await servers.list(infra) : [await servers.read(infra, name)];
  // Safe cast: a server that is null has no state.
  return found.filter((server) => server?.state === 'running') as Server[];
}

/** The records of the servers that answered, and the servers that did not. */
export interface Surveyed {
  found: { server: Server; survey: Survey }[];
  silent: Silence[];
}

/** Asks all servers concurrently with one deadline. One that does not answer delays no other. */
export async function surveyAll(remote: Remote, servers: readonly Server[]): Promise<Surveyed> {
  const deadline = AbortSignal.timeout(remote.answerMs);
  const silent: Silence[] = [];
  const answers = await pLimit(AT_ONCE).map(servers, async (server) => {
    try {
      return { server, survey: await remote.survey(server, deadline) };
    } catch (error) {
      if (!deadline.aborted && !(error instanceof DriverError)) throw error;
      const reason = deadline.aborted
        ? `Server ${server.name} did not answer within ${remote.answerMs / 1000} seconds.`
        : // Safe cast: before the deadline, every error that is not a DriverError was thrown above.
          (error as DriverError).message;
      silent.push({ server: server.name, reason });
      return null;
    }
  });
  return { found: answers.filter((one) => one !== null), silent };
}

/** The same for the servers of these names that exist. Servers that do not run count as not answering. */
export async function surveyNamed(
  remote: Remote,
  servers: Servers,
  infra: string,
  names: readonly string[],
): Promise<Surveyed> {
  const running: Server[] = [];
  const silent: Silence[] = [];
  for (const server of await Promise.all(names.map((name) => servers.read(infra, name)))) {
    if (server?.state === 'running') running.push(server);
    else if (server) silent.push({ server: server.name, reason: notRunning(server) });
  }
  const surveyed = await surveyAll(remote, running);
  return { found: surveyed.found, silent: [...silent, ...surveyed.silent] };
}

/** The answers of all servers. @param onSilence receives the servers that did not answer @throws DriverError without it */
export function answersOf(
  { found, silent }: Surveyed,
  onSilence: RecallOptions['onSilence'] = ({ reason }) => {
    throw new DriverError(reason);
  },
): Surveyed['found'] {
  silent.forEach(onSilence);
  return found;
}
