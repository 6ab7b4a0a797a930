import type { DesiredServer, ServerState } from '../settings/settings.js';
import type { Provider } from './providers.js';

/** What drivers act on. */
export const KINDS = ['server', 'taskserv', 'cluster'] as const;
export type Kind = (typeof KINDS)[number];

/** What a provider is told beside name and version; flat, so that two can be compared. */
type Attributes = Record<string, string | number | boolean | null>;

/** Something to be installed on one server. */
export interface DesiredTaskserv {
  infra: string;
  server: string;
  name: string;
  provider: Provider;
  /** Null where any will do: what is installed then stays. */
  version: string | null;
  attributes: Attributes;
}

export interface DesiredCluster {
  infra: string;
  /** Its type, e.g. `buildkit`: an infra has one of each. */
  name: string;
  provider: Provider;
  /** Null where any will do: what runs then stays. */
  version: string | null;
  /** Names of the servers that it spans; none where the provider brings its own. */
  servers: string[];
  attributes: Attributes;
}

export type Unrecorded = 'zone' | 'image';

/** What everything that exists has. */
export interface Existence {
  /** Never used again, not by a later thing of the same name either. */
  id: string;
  /** Who made it: the name of the driver, which may stand in for the provider asked for. */
  driver: string;
  /** ISO 8601, UTC. */
  made_at: string;
  changed_at: string;
  /** A sentence about what it really is. */
  description: string;
  /** Of something that was made again: the ids that it had before, which stand for it when more is undone. */
  restores?: readonly string[];
  /**
   * What cannot be altered about it and is no longer recorded at its provider: what is said here is as far as can be seen.
   * It is believed to be as it is wanted, and recorded again by the next change.
   */
  lost?: readonly Unrecorded[];
}

/** A server that exists. */
export interface Server extends DesiredServer, Existence {
  state: ServerState;
  ip: string | null;
}
export interface Taskserv extends DesiredTaskserv, Existence {}
export interface Cluster extends DesiredCluster, Existence {}

export interface Desired {
  server: DesiredServer;
  taskserv: DesiredTaskserv;
  cluster: DesiredCluster;
}
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

/** Whether something is the one of that id, be it made again since. */
export function isThatOne(existing: Existence, id: string): boolean {
  return existing.id === id || (existing.restores ?? []).includes(id);
}

/** Whether a server is to run or to be stopped; null where that is not asked for. */
export function wantedPower({ state }: Pick<DesiredServer, 'state'>): 'running' | 'stopped' | null {
  if (state === 'starting' || state === 'running') return 'running';
  return state === 'stopped' ? 'stopped' : null;
}

/** The name that tells a thing from all others of its kind in the infra: of a task service `server/taskserv`. */
export function fullName(resource: Desired[Kind]): string {
  return 'server' in resource ? `${resource.server}/${resource.name}` : resource.name;
}

const NOUNS: Record<Kind, readonly [one: string, many: string]> = {
  server: ['server', 'servers'],
  taskserv: ['task service', 'task services'],
  cluster: ['cluster', 'clusters'],
};

export function nounOf(kind: Kind): string {
  return NOUNS[kind][0];
}

/** `3 servers` */
export function counted(kind: Kind, count: number): string {
  return `${count} ${NOUNS[kind][count === 1 ? 0 : 1]}`;
}
