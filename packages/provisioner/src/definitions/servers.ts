import pLimit from 'p-limit';
import { DriverError, type Collection, type RecallOptions, type Silence } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { Remote, Survey } from './remote.js';

/** The servers that things are installed on. */
export type Servers = Pick<Collection<'server'>, 'list' | 'read'>;

// So many servers are asked at once: all of an infra, as a rule.
const AT_ONCE = 100;

const ADVICE: Readonly<Record<Server['state'], string>> = {
  running: '',
  starting: 'Wait until it runs (--wait) and run the command again.',
  stopped: 'Create the servers again, which starts it, and run the command again.',
  error: 'Check it at the provider, or delete it and create it again.',
};

/** The server itself, if it can be worked on. @throws DriverError */
export function serverOf(server: Server): Server {
  if (server.state === 'running') return server;
  throw new DriverError(notRunning(server));
}

function notRunning({ name, state }: Server): string {
  return `Server ${name} is ${state}, so that nothing can be read or installed there. ${ADVICE[state]}`;
}

/** @param name only that one */
export async function runningServers(servers: Servers, infra: string, name?: string): Promise<Server[]> {
  const found = name === undefined ? await servers.list(infra) : [await servers.read(infra, name)];
  return found.filter((server) => server?.state === 'running') as Server[];
}

/** What servers said of themselves, and which of them did not answer. */
export interface Surveyed {
  found: { server: Server; survey: Survey }[];
  silent: Silence[];
}

/** Asks all of them at the same time, with one deadline: one that does not answer keeps no other from being heard. */
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
        : (error as DriverError).message;
      silent.push({ server: server.name, reason });
      return null;
    }
  });
  return { found: answers.filter((one) => one !== null), silent };
}

/** The same of those of these names that exist; those that do not run are silent, too. */
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

/** What was found, where all servers answered. @param onSilence takes those that did not @throws DriverError without it */
export function heard(
  { found, silent }: Surveyed,
  onSilence: RecallOptions['onSilence'] = ({ reason }) => {
    throw new DriverError(reason);
  },
): Surveyed['found'] {
  silent.forEach(onSilence);
  return found;
}
