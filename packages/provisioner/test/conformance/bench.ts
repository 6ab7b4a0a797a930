import type { Change, DesiredServer, Driver, Server } from '../../src/index.js';

/** Faults between a driver and its provider, for the next act only. */
export type Fault =
  /** The provider acts, and its answer is lost. */
  | 'lost answer'
  /** The provider asks to come back later. */
  | 'throttled'
  /** What was made is not visible at first. */
  | 'not yet visible'
  /** The provider neither answers nor acts. */
  | 'silence';

/** A driver with its own provider, to be tested. */
export interface Bench {
  /** A new one, which knows only what is at the provider. */
  driver(): Promise<Driver>;
  infra: string;
  desired(name: string): DesiredServer;
  /** The same with a field that can be changed in place; null if none can. */
  altered(desired: DesiredServer): DesiredServer | null;
  /** Names of the infra's servers at the provider, read without the driver; sorted. */
  reality(): Promise<string[]>;
  /** Removes a server without the driver. */
  vanish(server: Server): Promise<void>;
  /** Stops or breaks a server without the driver; states that the provider does not have are missing. */
  turn: Partial<Record<'stopped' | 'error', (server: Server) => Promise<void>>>;
  /** A server that the provider would refuse, and a word of the refusal; null if it refuses none. */
  impossible: { desired: (name: string) => DesiredServer; because: string } | null;
  /** Causes a fault; those that this driver cannot have are missing. */
  faults: Partial<Record<Fault, () => Promise<void>>>;
  /** The number of milliseconds after which a wait is aborted: long enough to be in the middle. */
  cancelAfterMs: number;
  close(): Promise<void>;
}

export function actions(changes: readonly Change[]): string[] {
  return changes.map(({ kind, action, before, after }) => `${action} ${kind} ${(after ?? before)?.name}`);
}
