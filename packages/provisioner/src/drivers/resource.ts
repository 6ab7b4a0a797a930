import type { DesiredServer, ServerState } from '../settings/settings.js';
import type { Provider } from './providers.js';

/** What drivers act on. */
export const KINDS = ['server', 'taskserv', 'cluster'] as const;
/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** What a provider receives beside name and version; flat, so that two can be compared. */
type Attributes = Record<string, string | number | boolean | null>;

/** Something to be installed on one server. */
export interface DesiredTaskserv {
  infra: string;
  server: string;
  name: string;
  provider: Provider;
  /** Null if any version will do: an installed one then stays. */
  version: string | null;
  attributes: Attributes;
}

/** A cluster to be installed on servers. */
export interface DesiredCluster {
  infra: string;
  /** Its type, e.g. `buildkit`: an infra has one of each. */
  name: string;
  provider: Provider;
  /** Null if any version will do: an installed one then stays. */
  version: string | null;
  /** The names of its servers; empty if the provider makes its own. */
  servers: string[];
  attributes: Attributes;
}

/** A field of a server that its provider may no longer have a record of. */
export type Unrecorded = 'zone' | 'image';

/** What every existing thing has. */
export interface Existence {
  /** Never reused, not even by a later thing of the same name. */
  id: string;
  /** The name of the driver that made it; `local` if its provider is not configured. */
  driver: string;
  /** ISO 8601, UTC. */
  made_at: string;
  changed_at: string;
  /** A sentence about what it really is. */
  description: string;
  /** For something that was made again: its former ids, by which an undo still finds it. */
  restores?: readonly string[];
  /**
   * Fields that cannot be changed and are no longer recorded at the provider; their values here are derived. They are
   * assumed to be as wanted, and the next change records them again.
   */
  lost?: readonly Unrecorded[];
}

/** A server that exists. */
export interface Server extends DesiredServer, Existence {
  state: ServerState;
  ip: string | null;
}
/** A task service that exists on a server. */
export interface Taskserv extends DesiredTaskserv, Existence {}
/** A cluster that exists. */
export interface Cluster extends DesiredCluster, Existence {}

/** What can be wanted, by kind. */
export interface Desired {
  server: DesiredServer;
  taskserv: DesiredTaskserv;
  cluster: DesiredCluster;
}
/** What can exist, by kind. */
export interface Existing {
  server: Server;
  taskserv: Taskserv;
  cluster: Cluster;
}

/** What was done to one thing. */
export interface Change<K extends Kind = Kind> {
  kind: K;
  action: 'created' | 'changed' | 'destroyed';
  before: Existing[K] | null;
  after: Existing[K] | null;
}

/** Whether a thing has that id, now or before it was made again. */
export function isThatOne(existing: Existence, id: string): boolean {
  return existing.id === id || (existing.restores ?? []).includes(id);
}

/** Whether a server must run or be stopped; null if that is not requested. */
export function wantedPower({ state }: Pick<DesiredServer, 'state'>): 'running' | 'stopped' | null {
  if (state === 'starting' || state === 'running') return 'running';
  return state === 'stopped' ? 'stopped' : null;
}

/** The name that is unique among those of its kind in the infra: for a task service `server/taskserv`. */
export function fullName(resource: Desired[Kind]): string {
  return 'server' in resource ? `${resource.server}/${resource.name}` : resource.name;
}

const NOUNS: Record<Kind, readonly [one: string, many: string]> = {
  server: ['server', 'servers'],
  taskserv: ['task service', 'task services'],
  cluster: ['cluster', 'clusters'],
};

/** The kind in words: `server`, `task service`, `cluster`. */
export function nounOf(kind: Kind): string {
  return NOUNS[kind][0];
}

/** `3 servers` */
export function counted(kind: Kind, count: number): string {
  return `${count} ${NOUNS[kind][count === 1 ? 0 : 1]}`;
}
