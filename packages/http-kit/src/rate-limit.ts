import type { RateClass } from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { redisFault, within, type Logger } from '@provisioning/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { MemoryStore, rateLimit, type AugmentedRequest, type Options, type Store } from 'express-rate-limit';
import type { Redis } from 'ioredis';
import { RedisStore, type RedisReply } from 'rate-limit-redis';
import type { Principal } from './principal.js';
import { clientNetwork } from './client-network.js';
import { stateOf } from './request-state.js';

const WINDOW_MS = 60_000;
const REINITIALISE_MS = 1_000;
/** How long a request may wait for its count, in milliseconds. */
const COUNT_MS = 300;

/** Requests a minute; 0 turns a limit off. */
export interface RateLimits {
  auth: number;
  general: number;
  batch: number;
}

/** Limits, and where requests are counted. */
export interface RateLimiterOptions {
  limits: RateLimits;
  /** Counted here so that a budget holds over any number of processes; in memory where there is none. */
  redis: Redis | undefined;
  /** Length of the window in milliseconds; a minute where absent. */
  windowMs?: number;
  /** How long a request waits for its count in Redis, in milliseconds, before it is counted in memory; 300 where absent. */
  countMs?: number;
  /** Logs once that counts cannot be kept in Redis, and why. */
  log?: Pick<Logger, 'warn'>;
  /** Called with the first refused request of each client and window, before it is answered: for the audit trail. */
  trips?: RateLimitTripLog;
}

/** A client that has used up a budget. */
export interface RateLimitTrip {
  /** The class of operations, or the operation that has a budget of its own. */
  name: string;
  limit: number;
  /** What was counted: `user:<id>` or `ip:<network>`. */
  client: string;
  principal: Principal | undefined;
  ip: string;
}

/** Must not fail: only the caller waits for it, and that caller is refused anyway. */
export type RateLimitTripLog = (trip: RateLimitTrip) => Promise<void>;

/** Makes the limiters of a service: one counter per class, and one per operation for sign-in. */
export function rateLimiters({
  limits,
  redis,
  windowMs = WINDOW_MS,
  countMs = COUNT_MS,
  log,
  trips,
}: RateLimiterOptions): (rateClass: RateClass, operationId: string) => RequestHandler {
  const made = new Map<string, RequestHandler>();
  const noteFault = faultNotes(log);
  return (rateClass, operationId) => {
    if (rateClass === 'none') return (_request, _response, next) => next();
    const limit = limits[rateClass];
    if (limit === 0) return limits.general === 0 ? unshown : unlimited;
    const name = rateClass === 'auth' ? operationId : rateClass;
    const limiter =
      made.get(name) ?? createLimiter(name, limit, rateClass, { redis, windowMs, countMs, trips, noteFault });
    made.set(name, limiter);
    return limiter;
  };
}

/** Where there is no general budget, no header was set before. */
const unshown: RequestHandler = (_request, _response, next) => next();

/** An operation without a budget shows none. */
const unlimited: RequestHandler = (_request, response, next) => {
  for (const name of ['Limit', 'Remaining', 'Reset']) response.removeHeader(`X-RateLimit-${name}`);
  next();
};

function createLimiter(
  name: string,
  limit: number,
  rateClass: RateClass,
  {
    redis,
    windowMs,
    countMs,
    trips,
    noteFault,
  }: Pick<RateLimiterOptions, 'redis' | 'trips'> & {
    windowMs: number;
    countMs: number;
    noteFault: NoteFault;
  },
): RequestHandler {
  const store = redis ? sharedStore(redis, { name, limit, countMs, noteFault }) : new MemoryStore();
  const clientOf = (request: Request, response: Response): string => {
    const { principal } = stateOf(response);
    if (rateClass !== 'auth' && principal) return `user:${principal.id}`;
    return `ip:${clientNetwork(request.ip ?? '')}`;
  };
  return rateLimit({
    windowMs,
    limit,
    legacyHeaders: true,
    standardHeaders: 'draft-8',
    identifier: name,
    // It looks for the name of its own helper in the text of `keyGenerator`; clientNetwork calls it.
    validate: { keyGeneratorIpFallback: false },
    store,
    keyGenerator: clientOf,
    handler: async (request, response, next) => {
      // Safe cast: the limiter that calls this has added the member.
      const { used } = (request as AugmentedRequest)['rateLimit']!;
      if (trips && used - (store instanceof FallbackStore ? store.step : 1) <= limit) {
        await trips({
          name,
          limit,
          client: clientOf(request, response),
          principal: stateOf(response).principal,
          ip: request.ip ?? '',
        });
      }
      const seconds = Math.max(1, Number(response.get('Retry-After') ?? 60));
      next(
        new Failure(
          'rate_limited',
          `Too many requests: at most ${limit} a minute are allowed. Try again in ${seconds} s.`,
          { retryAfter: seconds },
        ),
      );
    },
  });
}

/** Called with the reason when a request could not be counted in Redis, and with undefined when one was. */
type NoteFault = (error: unknown) => void;

/** One line for each fault, regardless of how many requests meet it. */
function faultNotes(log: RateLimiterOptions['log']): NoteFault {
  let known: string | undefined;
  return (error) => {
    const fault = error === undefined ? undefined : redisFault(error);
    if (fault !== undefined && fault !== known)
      log?.warn('Redis is unavailable: each process counts requests on its own, at half the budget', {
        error: fault,
      });
    known = fault;
  };
}

function sharedStore(
  redis: Redis,
  { name, limit, countMs, noteFault }: { name: string; limit: number; countMs: number; noteFault: NoteFault },
): FallbackStore {
  const store = new FallbackStore(redisStore(redis, name), {
    weight: limit > 1 ? 2 : 1,
    countMs,
    noteFault,
  });
  // A store that has not been called yet counts as available.
  redis.on('ready', () => store.initialiseShared());
  return store;
}

function redisStore(redis: Redis, name: string): Store {
  return new RedisStore({
    prefix: `limit:${name}:`,
    // Safe cast: the scripts of the store return what it expects.
    sendCommand: (command: string, ...args: string[]) => redis.call(command, ...args) as Promise<RedisReply>,
  });
}

/**
 * Counts in Redis; while it is away, in this process's memory, where each request counts double: half the budget,
 * never none (a budget of one stays one), and never a failed request.
 */
class FallbackStore implements Store {
  readonly #memory = new MemoryStore();
  #options: Options | undefined;
  #initialisedAt = 0;
  /** By how much the last request counted. */
  step = 1;

  constructor(
    private readonly shared: Store,
    private readonly options: {
      /** How much a request counts while Redis is away. */
      weight: 1 | 2;
      /** How long a request waits for its count in Redis, in milliseconds. */
      countMs: number;
      noteFault: NoteFault;
    },
  ) {}

  init(options: Options): void {
    this.#options = options;
    this.#memory.init(options);
    this.initialiseShared();
  }

  /** The store loads its scripts here; where that failed because Redis was away, it has to be done again. */
  initialiseShared(): void {
    if (!this.#options) return;
    this.#initialisedAt = Date.now();
    void Promise.resolve(this.shared.init?.(this.#options)).catch(() => undefined);
  }

  async increment(key: string) {
    try {
      const counted = await within(this.options.countMs, Promise.resolve(this.shared.increment(key)));
      this.step = 1;
      this.options.noteFault(undefined);
      return counted;
    } catch (error) {
      this.options.noteFault(error);
      this.step = this.options.weight;
      if (Date.now() - this.#initialisedAt >= REINITIALISE_MS) this.initialiseShared();
      for (let n = 1; n < this.options.weight; n++) await this.#memory.increment(key);
      return this.#memory.increment(key);
    }
  }

  async decrement(key: string): Promise<void> {
    await Promise.resolve(this.shared.decrement(key)).catch(() => this.#memory.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    await Promise.resolve(this.shared.resetKey(key)).catch(() => this.#memory.resetKey(key));
  }
}
