import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.js';

const RECONNECT_MS = 250;

/**
 * Two kinds of connection: `producer` fails at once when Redis is away (a request must not wait for a doorbell),
 * `consumer` waits and reconnects for ever.
 */
export function createRedis(url: string, kind: 'producer' | 'consumer', log: Logger): Redis {
  const patience: RedisOptions =
    kind === 'producer'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 300 }
      : { maxRetriesPerRequest: null };
  // Not the default backoff: it grows to 20 s, and workers would sleep through the return of Redis.
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
