import type { Change, Cluster, Existence, Taskserv } from '../drivers/resource.js';
import type { Parameters } from './parameters.js';

/** The kinds of things that are installed on servers. */
export type InstalledKind = 'taskserv' | 'cluster';
type Thing = { taskserv: Taskserv; cluster: Cluster };

/** The record on a server of something installed on it: `<root>/taskservs/<name>.json`. */
export interface InstallRecord<K extends InstalledKind = InstalledKind> {
  format: 1;
  resource: Thing[K];
  /** The version found after the last act. The resource may have a shorter one: 15.8 satisfies 15. */
  installed_version: string;
  /** Null if any version will do: an update by the distribution is not reverted by the next change. */
  wanted_version: string | null;
  parameters: Parameters;
  /** The idempotency key of the act that made it. */
  key: string;
  /** Whether it existed before the platform managed it; it then stays on the server when it is removed here. */
  adopted: boolean;
  /** The names of the task services that it requires on this server. */
  requires: readonly string[];
  /** The cluster that it was installed for, and is removed with. */
  part_of: string | null;
  /** The act that brought it into its present state. */
  last_act: { key: string; action: Change['action']; before: Thing[K] | null };
}

// Names that help people who read the file; the program reads the other members.
/** The text of the record's file. */
export function writtenRecord<K extends InstalledKind>(record: InstallRecord<K>): string {
  const { id, name, version, made_at } = record.resource;
  return JSON.stringify({ id, name, version, made_at, ...record }, null, 2);
}

/** @returns null if the text is not a record of this program */
export function readRecord<K extends InstalledKind>(text: string): InstallRecord<K> | null {
  try {
    // Safe cast: the members are checked below.
    const read = JSON.parse(text) as Partial<InstallRecord<K>> | null;
    const complete =
      read?.format === 1 && typeof read.resource?.id === 'string' && read.last_act !== undefined;
    // Safe cast: this program wrote the record under the name of the kind.
    return complete ? (read as InstallRecord<K>) : null;
  } catch {
    return null;
  }
}

/** The identity and the times of something made or changed now. */
export function existsSince(
  id: string,
  driver: string,
  description: string,
  restores?: readonly string[],
): Existence {
  const now = new Date().toISOString();
  return { id, driver, made_at: now, changed_at: now, description, ...(restores ? { restores } : {}) };
}

/** The change of the last act in a record, if it was made under that key. */
export function changeUnder<K extends InstalledKind>(
  kind: K,
  key: string,
  { resource, last_act }: InstallRecord<K>,
): Change<K> | null {
  if (last_act.key !== key) return null;
  const { action, before } = last_act;
  // Safe cast: the record of a kind holds resources of that kind.
  return action === 'destroyed'
    ? { kind, action, before: resource as Change<K>['before'], after: null }
    : { kind, action, before: before as Change<K>['before'], after: resource as Change<K>['after'] };
}
