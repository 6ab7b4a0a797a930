import type { Change, Desired, Existing, Kind, Server } from './resource.js';

/** The circumstances of an act. */
export interface ActContext {
  /** The same for every attempt at one piece of work. */
  idempotencyKey: string;
  /** Aborted if the act must not start. An act that has started may be finished or undone, never left incomplete. */
  signal?: AbortSignal | undefined;
  /** For the creation of something that was destroyed: its former ids, which are stored with the new thing. */
  restores?: readonly string[] | undefined;
  /** Receives a line that a server printed. */
  log?: ((line: string) => void) | undefined;
}

/** A server whose state, or whose installed things, could not be read. */
export interface Silence {
  /** Null if it is not known which server it is: any server that was not found may be it. */
  server: string | null;
  /** A sentence. */
  reason: string;
}

/** What could be read of a kind, and the servers that did not answer. */
export interface Sighting<K extends Kind> {
  found: Existing[K][];
  silent: Silence[];
}

/** Options of {@link Driver.recall}. */
export interface RecallOptions {
  /** All kinds by default. For servers alone, the driver does not log in to servers. */
  kinds?: readonly Kind[] | undefined;
  /** Receives the servers that did not answer; without it, the first of them makes the recall fail. */
  onSilence?: ((silence: Silence) => void) | undefined;
}

/** A step that a driver can check in advance: a server to be made, or one to be changed. */
export interface ServerStep {
  before: Server | null;
  after: Desired['server'];
}

/** Why a provider would refuse a step. */
export interface Refusal {
  /** The name of the server. */
  name: string;
  /** A sentence that says what to do. */
  reason: string;
}

/**
 * All things of one kind. Every act can be repeated, also after a crash: an existing thing is not made twice, and
 * destroying what is gone succeeds. Acts fail with {@link DriverError}.
 */
export interface Collection<K extends Kind> {
  /** @param server of task services: only those on that server */
  list(infra: string, server?: string): Promise<Existing[K][]>;
  /** @param name the full name: for a task service `server/taskserv` */
  read(infra: string, name: string): Promise<Existing[K] | null>;
  /** The same for several names, if that needs fewer requests. Names that do not exist are left out. */
  readAll?(infra: string, names: readonly string[]): Promise<Sighting<K>>;
  /** Like `list` for drivers that ask servers one by one: servers that do not answer are returned as unknown. */
  survey?(infra: string): Promise<Sighting<K>>;

  /**
   * A task service on a server that does not exist is a permanent fault.
   * @returns the thing, and whether this call made it: an existing thing of that name is left unchanged
   */
  create(desired: Desired[K], context: ActContext): Promise<{ resource: Existing[K]; made: boolean }>;
  /**
   * Changes what can be changed about an existing thing: plan, storage, labels; version, servers, attributes. If the state
   * of a server is given, the server is started or stopped.
   */
  change(before: Existing[K], desired: Desired[K], context: ActContext): Promise<Existing[K]>;
  /**
   * Destroys the thing of that id: a new one of the same name is left unchanged.
   * @returns what was destroyed, in order: task services with their server; empty if it was gone already
   */
  destroy(existing: Existing[K], context: ActContext): Promise<Change[]>;
}

/** A script that runs on a server as root. */
export interface ServerScript {
  /** In bash. */
  text: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
}

/** The driver of one provider. */
export interface Driver {
  readonly name: string;
  /** A notice for users about everything that the driver makes. */
  readonly notice: string | null;
  readonly resources: { readonly [K in Kind]: Collection<K> };
  /** How many servers of one operation are made, changed or destroyed concurrently. */
  readonly serversAtOnce: number;

  /**
   * Asks the provider which of these steps it would refuse, as far as can be known: for image, plan, zone, size of the
   * disk and the account's quota. Changes nothing. Absent if there is nothing to check.
   * @throws DriverError if the provider does not answer
   */
  readonly refusals?: (steps: readonly ServerStep[], signal?: AbortSignal) => Promise<Refusal[]>;

  /**
   * Runs a script on a server over the driver's own channel; its output arrives line by line. When the context's signal
   * is aborted, the processes on the server are ended, too. Absent if the driver cannot log in to servers.
   */
  readonly run?: (server: Server, script: ServerScript, context: ActContext) => Promise<{ exitCode: number }>;

  /**
   * What earlier attempts under that key did, in order, as far as the provider remembers: a killed attempt may have acted
   * without a report. Every provider knows the key under which an existing thing was made. For changes and removals that a
   * provider does not remember, the caller uses its intents (apply/recall-changes.ts).
   */
  recall(infra: string, idempotencyKey: string, options?: RecallOptions): Promise<Change[]>;
}

/** All things of one kind that can be read. @throws DriverError if the provider itself does not answer */
export async function sightingOf<K extends Kind>(
  collection: Collection<K>,
  infra: string,
): Promise<Sighting<K>> {
  return collection.survey ? collection.survey(infra) : { found: await collection.list(infra), silent: [] };
}

interface DriverErrorOptions extends ErrorOptions {
  /** Whether a repetition fails in the same way until something is changed. */
  permanent?: boolean;
}

/** A driver could not act. The message is a sentence that says what to do. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly permanent: boolean;

  constructor(message: string, { permanent = false, ...options }: DriverErrorOptions = {}) {
    super(message, options);
    this.permanent = permanent;
  }
}
