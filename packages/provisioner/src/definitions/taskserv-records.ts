import { DriverError } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { InstallRecord } from './record.js';
import type { Survey } from './remote.js';

export type TaskservRecord = InstallRecord<'taskserv'>;

export function recordsOf({ taskservs }: Survey, server: Server): TaskservRecord[] {
  return taskservs.filter((record) => isOf(record, server));
}

export function isOf({ resource }: TaskservRecord, server: Server): boolean {
  return resource.infra === server.infra && resource.server === server.name;
}

export function find(records: readonly TaskservRecord[], name: string): TaskservRecord | undefined {
  return records.find(({ resource }) => resource.name === name);
}

export function assertNoCluster({ clusters }: Survey, { name }: Server): void {
  const [first] = clusters;
  if (!first) return;
  throw new DriverError(
    `Server ${name} is part of the cluster ${first.resource.name}. Delete the cluster first. Nothing was changed.`,
    { permanent: true },
  );
}

/** Those that need it, the one that was made last first. */
export function dependents({ taskservs }: Survey, name: string): TaskservRecord[] {
  return taskservs
    .filter(({ requires }) => requires.includes(name))
    .sort((one, other) => (one.resource.made_at < other.resource.made_at ? 1 : -1));
}

/** Whether it came with a cluster that is there, and goes with it. */
export function isPart({ part_of, last_act }: TaskservRecord, { clusters }: Survey): boolean {
  return last_act.action === 'created' && clusters.some(({ resource }) => resource.name === part_of);
}
