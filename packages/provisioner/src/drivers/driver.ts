import type { DesiredServer } from '../settings/settings.js';

/** A server that exists. */
export interface Server extends DesiredServer {
  /** Never used again, not by a later server of the same name either. */
  id: string;
  /** Who made it: the name of the driver, which may stand in for the provider asked for. */
  driver: string;
  state: 'starting' | 'running' | 'stopped';
  ip: string | null;
  /** ISO 8601, UTC. */
  made_at: string;
  changed_at: string;
  /** A sentence about what it really is. */
  description: string;
}

export interface ActContext {
  /** The same for every attempt at one piece of work. */
  idempotencyKey: string;
  /** Aborted when the act should not begin; what has begun may be finished or undone, never left half done. */
  signal?: AbortSignal | undefined;
}

/** What was done to a server. */
export interface Change {
  action: 'created' | 'changed' | 'destroyed';
  before: Server | null;
  after: Server | null;
}

/**
 * What acts on servers at one provider. Every act may be repeated, after a crash too: what is there already is not
 * made twice, and what is gone is not missed. Acts fail with {@link DriverError}.
 */
export interface Driver {
  readonly name: string;
  /** Something users must know about every server it makes. */
  readonly notice: string | null;

  list(infra: string): Promise<Server[]>;
  read(infra: string, name: string): Promise<Server | null>;

  /** @returns the server, and whether this call made it: if there is one of that name already, it is left alone */
  create(desired: DesiredServer, context: ActContext): Promise<{ server: Server; made: boolean }>;
  /** Gives an existing server another plan, storage or labels. */
  change(before: Server, desired: DesiredServer, context: ActContext): Promise<Server>;
  /** @returns the server that was there, or null */
  destroy(infra: string, name: string, context: ActContext): Promise<Server | null>;

  /**
   * What earlier attempts under that key did, as far as the provider remembers: a killed attempt may have acted
   * without living to report it.
   */
  recall(infra: string, idempotencyKey: string): Promise<Change[]>;
}

/** A driver could not act. The message is a sentence that says what to do. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
}
