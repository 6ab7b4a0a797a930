import pLimit from 'p-limit';
import { DriverError } from '../driver.js';
import type { Server } from '../resource.js';
import { serverOn } from './host-record.js';
import type { Host } from './hosts-file.js';
import type { HostRecords, Seen } from './remote-host.js';
import { mayBe } from './suitable-hosts.js';

// The number of hosts that are read concurrently.
const AT_ONCE = 16;

/** A host with a record. */
export type Claim = Seen & { record: NonNullable<Seen['record']> };

/** The state of the hosts at one time. */
export interface View {
  seen: Seen[];
  /** Hosts that did not answer, and why. */
  failures: { host: Host; error: DriverError }[];
}

/** Reads all of them concurrently. */
export async function lookAtAll(
  remote: HostRecords,
  hosts: readonly Host[],
  signal?: AbortSignal,
): Promise<View> {
  const view: View = { seen: [], failures: [] };
  await pLimit(AT_ONCE).map(hosts, async (host) => {
    try {
      view.seen.push(await remote.look(host, signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DriverError)) throw error;
      view.failures.push({ host, error });
    }
  });
  // In the order of the file, regardless of when they answered.
  view.seen.sort((one, other) => hosts.indexOf(one.host) - hosts.indexOf(other.host));
  return view;
}

/** The claims and servers of an infra. */
export function claimsIn({ seen }: View, infra: string): Claim[] {
  return seen.filter((one): one is Claim => one.record?.server.infra === infra);
}

/** The hosts that did not answer and may be a server of the infra, or that server. */
export function mattering({ failures }: View, infra: string, name?: string): View['failures'] {
  return failures.filter(({ host }) =>
    name === undefined ? host.infra === null || host.infra === infra : mayBe({ infra, name }, host),
  );
}

/** @throws DriverError if a host that may matter did not answer */
export function assertComplete(view: View, infra: string, name?: string): void {
  const silent = mattering(view, infra, name);
  const [first, ...others] = silent;
  if (!first) return;
  const more =
    others.length > 0 ? ` (The same applies to ${others.map(({ host }) => host.shown).join(', ')}.)` : '';
  throw new DriverError(`${first.error.message}${more}`, {
    permanent: silent.some(({ error }) => error.permanent),
    cause: first.error,
  });
}

/**
 * Which of several hosts with the same server is valid: the settled one, or else the first in an order that is the same
 * in every process.
 */
export function winnerOf(claims: readonly Claim[]): Claim | undefined {
  const ordered = [...claims].sort((one, other) => (one.host.shown < other.host.shown ? -1 : 1));
  return ordered.find(({ record }) => record.state === 'claimed') ?? ordered[0];
}

/** The servers of an infra, by name. */
export async function serversIn(view: View, infra: string): Promise<Server[]> {
  const byName = new Map<string, Claim[]>();
  for (const claim of claimsIn(view, infra)) {
    const { name } = claim.record.server;
    byName.set(name, [...(byName.get(name) ?? []), claim]);
  }
  const winners = [...byName.values()].map(winnerOf).filter((claim) => claim !== undefined);
  const servers = await Promise.all(winners.map(serverOn));
  return servers.sort((one, other) => (one.name < other.name ? -1 : 1));
}
