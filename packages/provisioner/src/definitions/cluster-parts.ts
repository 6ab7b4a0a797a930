import type { DesiredCluster, Server } from '../drivers/resource.js';
import type { ClusterDefinition } from './definition.js';
import { parametersOf } from './parameters.js';
import type { InstallRecord } from './record.js';
import type { On } from './schema.js';
import type { Unit } from './unit.js';

type ClusterRecord = InstallRecord<'cluster'>;

/** Each server remembers the cluster. The record that was changed last is valid. */
export function onePerCluster(records: readonly ClusterRecord[]): ClusterRecord[] {
  const newest = new Map<string, ClusterRecord>();
  for (const record of records) {
    const other = newest.get(record.resource.id);
    if (!other || other.resource.changed_at < record.resource.changed_at)
      newest.set(record.resource.id, record);
  }
  return [...newest.values()];
}

/** The first of a cluster's servers is the first in its list. */
export function placed(servers: readonly Server[], on: On): readonly Server[] {
  if (on === 'all') return servers;
  return on === 'first' ? servers.slice(0, 1) : servers.slice(1);
}

/** A step of a cluster, as a unit that is installed on one of the servers. */
export function stepUnit(
  definition: ClusterDefinition,
  step: ClusterDefinition['steps'][number],
  { name, attributes }: DesiredCluster,
  servers: readonly Server[],
  server: Server,
  version: string | null,
): Unit {
  return {
    kind: 'cluster',
    definition,
    name: `${name}.${step.name}`,
    scripts: step.scripts,
    parameters: parametersOf(definition, attributes),
    version,
    more: {
      CLUSTER: name,
      CLUSTER_SERVERS: servers.map((one) => `${one.name}=${one.ip ?? ''}`).join(' '),
      CLUSTER_FIRST: servers[0]?.name ?? '',
      CLUSTER_FIRST_IP: servers[0]?.ip ?? '',
      CLUSTER_ROLE: server === servers[0] ? 'first' : 'other',
    },
  };
}
