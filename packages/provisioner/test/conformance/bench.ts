import type { Change, DesiredServer, Driver, Server } from '../../src/index.js';

/** What can go wrong between a driver and its provider, for the next act alone. */
export type Fault =
  /** The provider acts, and its answer never arrives. */
  | 'lost answer'
  /** The provider asks to come back later. */
  | 'throttled'
  /** What was made is not shown at first. */
  | 'not yet visible'
  /** The provider never answers, and does not act. */
  | 'silence';

/** A driver with a provider of its own, to be tried. */
export interface Bench {
  /** A new one, which remembers nothing but what is at the provider. */
  driver(): Promise<Driver>;
  infra: string;
  desired(name: string): DesiredServer;
  /** The same with something about it altered that can be changed in place; null where nothing can. */
  altered(desired: DesiredServer): DesiredServer | null;
  /** Names of the servers of the infra that there are at the provider, asked behind the driver's back; sorted. */
  reality(): Promise<string[]>;
  /** Takes a server away, behind the driver's back. */
  vanish(server: Server): Promise<void>;
  /** Stops a server or breaks it, behind the driver's back; states that its provider does not know are missing. */
  turn: Partial<Record<'stopped' | 'error', (server: Server) => Promise<void>>>;
  /** A server that the provider would not make, and a word of the refusal; null where any would do. */
  impossible: { desired: (name: string) => DesiredServer; because: string } | null;
  /** Arranges for a fault; those that cannot happen to this driver are missing. */
  faults: Partial<Record<Fault, () => Promise<void>>>;
  /** What waits for the provider is aborted after so many milliseconds: long enough to be in the middle. */
  cancelAfterMs: number;
  close(): Promise<void>;
}

export function actions(changes: readonly Change[]): string[] {
  return changes.map(({ kind, action, before, after }) => `${action} ${kind} ${(after ?? before)?.name}`);
}
