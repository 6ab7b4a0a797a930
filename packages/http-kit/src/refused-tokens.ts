import { isFailure, type Failure } from '@provisioning/errors';
import type { ErrorRequestHandler, Response } from 'express';
import { clientNetwork } from './client-network.js';
import { stateOf } from './request-state.js';

/** Requests of one minute whose token was refused for one reason, from one address. */
export interface RefusedTokens {
  /** The client's network; null for the sum of those that could not be counted separately. */
  ip: string | null;
  reason: string;
  count: number;
  first: Date;
  last: Date;
}

/**
 * Called for each request that was refused because of the caller's identity. The service decides whether to count it.
 */
export type UnauthenticatedLog = (failure: Failure, ip: string) => void;

const MINUTE_MS = 60_000;
/** Addresses and reasons that are counted separately; all beyond that number are counted together. */
const MOST_KEPT = 200;
/** Minutes that are kept while nothing can be written; older ones are dropped. */
const MOST_WAITING = 1_000;

/**
 * Counts refused tokens and writes one record for each minute, address and reason: a flood of forged tokens must neither
 * fill the audit trail nor this process's memory.
 */
export class RefusedTokenCounter {
  readonly #counts = new Map<string, RefusedTokens & { minute: number }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly write: (refused: RefusedTokens) => Promise<void>,
    private readonly now: () => Date = () => new Date(),
  ) {}

  add(ip: string, reason: string): void {
    const at = this.now();
    const minute = Math.floor(at.getTime() / MINUTE_MS);
    const network = clientNetwork(ip);
    const own = `${minute} ${reason} ${network}`;
    const hasRoom = this.#counts.has(own) || this.#counts.size < MOST_KEPT;
    const key = hasRoom ? own : `${minute} ${reason} *`;
    const known = this.#counts.get(key);
    if (known) {
      known.count += 1;
      known.last = at;
    } else if (this.#counts.size < MOST_WAITING) {
      this.#counts.set(key, { minute, ip: hasRoom ? network : null, reason, count: 1, first: at, last: at });
    }
  }

  /**
   * Writes the counts of the minutes that are over.
   * @param all writes those of the current minute too
   * @throws what `write` throws; counts that could not be written stay for the next call
   */
  flush(all = false): Promise<void> {
    const flushed = this.#writing.then(() => this.#flush(all));
    this.#writing = flushed.catch(() => undefined);
    return flushed;
  }

  async #flush(all: boolean): Promise<void> {
    const current = Math.floor(this.now().getTime() / MINUTE_MS);
    for (const [key, { minute, ...refused }] of [...this.#counts]) {
      if (!all && minute >= current) continue;
      await this.write(refused);
      this.#counts.delete(key);
    }
  }
}

/**
 * Reports requests that were refused because of the caller's identity, including those that were refused for too many
 * requests as well.
 */
export function noteUnauthenticated(note: UnauthenticatedLog): ErrorRequestHandler {
  return (error: unknown, request, response: Response, next) => {
    const refusal: unknown = stateOf(response).refusal ?? error;
    if (isFailure(refusal) && refusal.kind === 'unauthenticated') note(refusal, request.ip ?? '');
    next(error);
  };
}
