import { DriverError } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { InstallRecord } from './record.js';
import type { Survey } from './remote.js';

/** The record of a task service on a server. */
export type TaskservRecord = InstallRecord<'taskserv'>;

/** The records of this server's task services; a host may have older ones of another server. */
export function recordsOf({ taskservs }: Survey, server: Server): TaskservRecord[] {
  return taskservs.filter((record) => isOf(record, server));
}

/** Whether a record belongs to that server. */
export function isOf({ resource }: TaskservRecord, server: Server): boolean {
  return resource.infra === server.infra && resource.server === server.name;
}

/** The record of the task service of that name. */
export function find(records: readonly TaskservRecord[], name: string): TaskservRecord | undefined {
  return records.find(({ resource }) => resource.name === name);
}

/** @throws DriverError if a cluster uses the server */
export function assertNoCluster({ clusters }: Survey, { name }: Server): void {
  const [first] = clusters;
  if (!first) return;
  throw new DriverError(
    `Server ${name} is part of the cluster ${first.resource.name}. Delete the cluster first. Nothing was changed.`,
    { permanent: true },
  );
}

/** The task services that require it, the newest first. */
export function dependents({ taskservs }: Survey, name: string): TaskservRecord[] {
  return taskservs
    .filter(({ requires }) => requires.includes(name))
    .sort((one, other) => (one.resource.made_at < other.resource.made_at ? 1 : -1));
}

/** Whether it belongs to a cluster that exists, and is removed with it. */
export function isPart({ part_of, last_act }: TaskservRecord, { clusters }: Survey): boolean {
  return last_act.action === 'created' && clusters.some(({ resource }) => resource.name === part_of);
}
