import { createRedis, type Logger } from '@provisioning/runtime';
import { ACCESS_CHANNEL } from './access-signal.js';

/** Calls `wake` at every published change of users, tokens or policies. @returns a function that stops it. */
export function followAccessChanges(url: string, log: Logger, wake: () => void): () => void {
  const redis = createRedis(url, 'consumer', log);
  redis.on('message', wake);
  redis.subscribe(ACCESS_CHANNEL).catch((error: unknown) => {
    log.warn('changes cannot be received from Redis; polling instead', { error });
  });
  return () => redis.disconnect();
}
