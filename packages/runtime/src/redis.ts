import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.js';

const RECONNECT_MS = 250;
/** Longer than the longest blocking command, which BullMQ ends after about 5 s. */
const SILENCE_MS = 15_000;

/**
 * Two kinds of connections. `producer` fails at once when Redis is away, and after 300 ms without an answer, because a
 * request must not wait for it. `consumer` waits and reconnects forever. A connection that is accepted and never answered
 * is closed, and made again.
 */
export function createRedis(url: string, kind: 'producer' | 'consumer', log: Logger): Redis {
  const patience: RedisOptions =
    kind === 'producer'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 300 }
      : { maxRetriesPerRequest: null, socketTimeout: SILENCE_MS };
  // Not the default backoff: it grows to 20 s, and workers would notice the return of Redis late.
  const redis = new Redis(url, { ...patience, retryStrategy: () => RECONNECT_MS });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn('redis is away', { kind, error: error.message });
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('redis is back', { kind });
    away = false;
  });
  return redis;
}

/** The reasons for which Redis refuses a command, by the first word of its answer. */
const REFUSALS: Readonly<Record<string, string>> = {
  OOM: 'Redis cannot store: it has reached its maxmemory.',
  MISCONF: 'Redis cannot store: it cannot save to its disk.',
  READONLY: 'Redis cannot store: it is a replica, which is only read.',
  NOREPLICAS: 'Redis cannot store: it has too few replicas.',
  LOADING: 'Redis is starting.',
  NOAUTH: 'Redis refuses us: REDIS_URL has no password.',
  WRONGPASS: 'Redis refuses us: REDIS_URL has a wrong password.',
};

/** Why a command failed, in a sentence without any address or password. */
export function redisFault(error: unknown): string {
  const [word = ''] = error instanceof Error ? error.message.split(' ', 1) : [];
  return REFUSALS[word] ?? 'Redis does not answer.';
}
