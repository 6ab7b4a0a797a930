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

/**
 * All things of one kind. Every act may be repeated, after a crash too: what is there already is not made twice, and
 * what is gone is not missed. Acts fail with {@link DriverError}.
 */
export interface Collection<K extends Kind> {
  /** @param server of task services: only those on that server */
  list(infra: string, server?: string): Promise<Existing[K][]>;
  /** @param name the full name: of a task service `server/taskserv` */
  read(infra: string, name: string): Promise<Existing[K] | null>;

  /**
   * A task service on a server that does not exist is a permanent fault.
   * @returns the thing, and whether this call made it: if there is one of that name already, it is left alone
   */
  create(desired: Desired[K], context: ActContext): Promise<{ resource: Existing[K]; made: boolean }>;
  /** Gives an existing thing what can be altered about it: plan, storage, labels; version, servers, attributes. */
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
  recall(infra: string, idempotencyKey: string): Promise<Change[]>;
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
