import { createRedis, type Logger } from '@provisioning/runtime';

/** The channel on which the control center publishes each change (its `redis/access-signal.ts`). */
const CHANNEL = 'provisioning:access';

/** Calls `wake` whenever the control center publishes a change of users, roles or policies. @returns a function that ends this */
export function subscribeToAccessChanges(url: string, log: Logger, wake: () => void): () => void {
  const redis = createRedis(url, 'consumer', log);
  redis.on('message', wake);
  // Changes that were published before this process subscribed.
  redis.on('ready', wake);
  redis.subscribe(CHANNEL).catch((error: unknown) => {
    log.debug('notices of access changes cannot be received: changes are polled instead', { error });
  });
  return () => redis.disconnect();
}
