import { createHash } from 'node:crypto';
import type { DesiredServer } from '../../settings/settings.js';
import { DriverError } from '../driver.js';
import type { Host } from './hosts-file.js';
import type { Seen } from './remote-host.js';

/** Whether a host can ever be the server of that name: other hosts need not be asked for it. */
export function mayBe({ infra, name }: Pick<DesiredServer, 'infra' | 'name'>, host: Host): boolean {
  return (host.infra === null || host.infra === infra) && (host.name === null || host.name === name);
}

/** Why a host does not have the requested properties, as the end of a sentence about the host; null if it does. */
export function unfitness(desired: DesiredServer, host: Host): string | null {
  for (const field of ['plan', 'zone', 'image'] as const) {
    const [is, asked] = [host[field], desired[field]];
    if (is !== null && asked !== null && is !== asked) return `is of the ${field} "${is}"`;
  }
  const { storage_gb } = desired;
  if (host.storage_gb !== null && storage_gb !== null && host.storage_gb < storage_gb) {
    return `has ${host.storage_gb} GB of storage`;
  }
  const lacking = Object.entries(host.labels).find(([label, value]) => desired.labels[label] !== value);
  return lacking ? `is reserved for servers with the label ${lacking[0]} = "${lacking[1]}"` : null;
}

/**
 * The hosts that a server may get, best first: the host of its name, or else the suitable hosts of the pool. The order is
 * the same in every process and differs between servers, so that concurrent claims rarely want the same host.
 */
export function suitableHosts(desired: DesiredServer, hosts: readonly Host[]): Host[] {
  const possible = hosts.filter((host) => mayBe(desired, host));
  const own = possible.filter(({ name }) => name === desired.name);
  const fitting = (own.length > 0 ? own : possible).filter((host) => unfitness(desired, host) === null);
  return fitting
    .map((host) => ({ host, rank: rankOf(desired, host) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .map(({ host }) => host);
}

// Hosts that are reserved for it come first, then those that state the requested properties.
function rankOf({ infra, name }: DesiredServer, host: Host): string {
  const stated = [host.infra, host.plan, host.zone, ...Object.keys(host.labels)];
  const vague = 99 - stated.filter((one) => one !== null).length;
  const lot = createHash('sha256').update(`${infra}/${name}/${host.shown}`).digest('hex');
  return `${String(vague).padStart(2, '0')} ${lot}`;
}

/** The error if no host is free for a server: it says why for each host. */
export function noneFree(desired: DesiredServer, seen: readonly Seen[]): DriverError {
  const possible = seen.filter(({ host }) => mayBe(desired, host));
  const own = possible.filter(({ host }) => host.name === desired.name);
  const reasons = (own.length > 0 ? own : possible).map(({ host, record }) => {
    const why = unfitness(desired, host);
    if (why !== null) return `${host.shown} ${why}`;
    return `${host.shown} is the server ${record?.server.name} of ${record?.server.infra}`;
  });
  const listed = reasons.slice(0, MAX_LISTED).join('; ');
  const more = reasons.length > MAX_LISTED ? `; and ${reasons.length - MAX_LISTED} more` : '';
  return new DriverError(
    `No host is free for the server ${desired.name} of ${desired.infra} ` +
      `(plan "${desired.plan}", zone "${desired.zone}")${reasons.length > 0 ? `: ${listed}${more}` : ''}. ` +
      'Add a host to the file in PROVISIONING_SSH_HOSTS, or destroy a server that is no longer needed.',
    { permanent: true },
  );
}

const MAX_LISTED = 5;
