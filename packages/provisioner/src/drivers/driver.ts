import type { Change, Desired, Existing, Kind, Server } from './resource.js';

export interface ActContext {
  /** The same for every attempt at one piece of work. */
  idempotencyKey: string;
  /** Aborted when the act should not begin; what has begun may be finished or undone, never left half done. */
  signal?: AbortSignal | undefined;
  /** Of a creation that makes again what was destroyed: the ids that it had, to be kept with the new thing. */
  restores?: readonly string[] | undefined;
  /** Takes a line that a server printed meanwhile. */
  log?: ((line: string) => void) | undefined;
}

/** A server that could not be asked how it is, or what is installed on it. */
export interface Silence {
  /** Null where it is not known which one it is: any that was not found may be it. */
  server: string | null;
  /** A sentence. */
  reason: string;
}

/** What could be read of a kind, and which servers could not be asked about the rest. */
export interface Sighting<K extends Kind> {
  found: Existing[K][];
  silent: Silence[];
}

/** What is asked for when a driver recalls. */
export interface RecallOptions {
  /** All kinds unless given. Servers are not logged in to where only servers are asked for. */
  kinds?: readonly Kind[] | undefined;
  /** Takes the servers that could not be asked; unless given, the first of them fails it all. */
  onSilence?: ((silence: Silence) => void) | undefined;
}

/** A step that a driver may be asked about before it is taken: a server to be made, or one to be changed. */
export interface ServerStep {
  before: Server | null;
  after: Desired['server'];
}

/** Why a provider would not take a step. */
export interface Refusal {
  /** The server's name. */
  name: string;
  /** A sentence that says what to do. */
  reason: string;
}

/**
 * All things of one kind. Every act may be repeated, after a crash too: what is there already is not made twice, and
 * what is gone is not missed. Acts fail with {@link DriverError}.
 */
export interface Collection<K extends Kind> {
  /** @param server of task services: only those on that server */
  list(infra: string, server?: string): Promise<Existing[K][]>;
  /** @param name the full name: of a task service `server/taskserv` */
  read(infra: string, name: string): Promise<Existing[K] | null>;
  /** The same for several, where that takes fewer questions; of those that do not exist, nothing. */
  readAll?(infra: string, names: readonly string[]): Promise<Sighting<K>>;
  /** The same as `list` where servers have to be asked one by one: one that does not answer keeps no other from it. */
  survey?(infra: string): Promise<Sighting<K>>;

  /**
   * A task service on a server that does not exist is a permanent fault.
   * @returns the thing, and whether this call made it: if there is one of that name already, it is left alone
   */
  create(desired: Desired[K], context: ActContext): Promise<{ resource: Existing[K]; made: boolean }>;
  /**
   * Gives an existing thing what can be altered about it: plan, storage, labels; version, servers, attributes. A server
   * whose state is asked for is started or stopped.
   */
  change(before: Existing[K], desired: Desired[K], context: ActContext): Promise<Existing[K]>;
  /**
   * Destroys that very thing: another one of the same name, made since, is left alone.
   * @returns what went, in order: task services go with their server. Nothing, if it was gone already
   */
  destroy(existing: Existing[K], context: ActContext): Promise<Change[]>;
}

/** What is run on a server, as root. */
export interface ServerScript {
  /** bash */
  text: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
}

/** What acts at one provider. */
export interface Driver {
  readonly name: string;
  /** Something users must know about everything it makes. */
  readonly notice: string | null;
  readonly resources: { readonly [K in Kind]: Collection<K> };
  /** How many servers of one operation are made, changed or destroyed at the same time. */
  readonly serversAtOnce: number;

  /**
   * Asks the provider which of these steps it would refuse, as far as that can be known: image, plan, zone, size of the
   * disk, what is left of the account's quota. Changes nothing. Absent where there is nothing to be asked.
   * @throws DriverError where the provider cannot be asked
   */
  readonly refusals?: (steps: readonly ServerStep[], signal?: AbortSignal) => Promise<Refusal[]>;

  /**
   * Runs a script on a server over the driver's own channel; what it prints comes line by line. When the context's
   * signal is aborted, what runs on the far side ends, too. Absent where there are no servers to log in to.
   */
  readonly run?: (server: Server, script: ServerScript, context: ActContext) => Promise<{ exitCode: number }>;

  /**
   * What earlier attempts under that key did, in order, as far as the provider remembers: a killed attempt may have
   * acted without living to report it. Of what exists, every provider can tell under which key it was made; of changes
   * and of what is gone, the caller's intents tell where the provider does not (apply/recall-changes.ts).
   */
  recall(infra: string, idempotencyKey: string, options?: RecallOptions): Promise<Change[]>;
}

/** All things of one kind that can be read. @throws DriverError where the provider itself cannot be asked */
export async function sightingOf<K extends Kind>(
  collection: Collection<K>,
  infra: string,
): Promise<Sighting<K>> {
  return collection.survey ? collection.survey(infra) : { found: await collection.list(infra), silent: [] };
}

interface DriverErrorOptions extends ErrorOptions {
  /** The same again can only fail again, until somebody has changed something. */
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
