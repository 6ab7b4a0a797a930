import type { Change, Cluster, Existence, Taskserv } from '../drivers/resource.js';
import type { Parameters } from './parameters.js';

export type InstalledKind = 'taskserv' | 'cluster';
type Thing = { taskserv: Taskserv; cluster: Cluster };

/** What a server remembers of something that is installed on it: `<root>/taskservs/<name>.json`. */
export interface InstallRecord<K extends InstalledKind = InstalledKind> {
  format: 1;
  resource: Thing[K];
  /** What was found after the last act; the version of the resource may be shorter: 15 is met by 15.8. */
  installed_version: string;
  /** Null where any will do: an update by the distribution is not taken back by the next change. */
  wanted_version: string | null;
  parameters: Parameters;
  /** The idempotency key of the act that made it. */
  key: string;
  /** Whether it was there before us: then it stays when it is removed here. */
  adopted: boolean;
  /** The task services that it needs on this server. */
  requires: readonly string[];
  /** The cluster that it was installed for, and goes with. */
  part_of: string | null;
  /** The act that made it what it is. */
  last_act: { key: string; action: Change['action']; before: Thing[K] | null };
}

// The facts that people look for first, beside the members that the record is read by.
export function writtenRecord<K extends InstalledKind>(record: InstallRecord<K>): string {
  const { id, name, version, made_at } = record.resource;
  return JSON.stringify({ id, name, version, made_at, ...record }, null, 2);
}

/** @returns null if that is no record of ours */
export function readRecord<K extends InstalledKind>(text: string): InstallRecord<K> | null {
  try {
    const read = JSON.parse(text) as Partial<InstallRecord<K>> | null;
    const complete =
      read?.format === 1 && typeof read.resource?.id === 'string' && read.last_act !== undefined;
    return complete ? (read as InstallRecord<K>) : null;
  } catch {
    return null;
  }
}

export function existsSince(
  id: string,
  driver: string,
  description: string,
  restores?: readonly string[],
): Existence {
  const now = new Date().toISOString();
  return { id, driver, made_at: now, changed_at: now, description, ...(restores ? { restores } : {}) };
}

/** What the act that is remembered last did, if it was under that key. */
export function changeUnder<K extends InstalledKind>(
  kind: K,
  key: string,
  { resource, last_act }: InstallRecord<K>,
): Change<K> | null {
  if (last_act.key !== key) return null;
  const { action, before } = last_act;
  return action === 'destroyed'
    ? { kind, action, before: resource as Change<K>['before'], after: null }
    : { kind, action, before: before as Change<K>['before'], after: resource as Change<K>['after'] };
}
