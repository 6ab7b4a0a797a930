import { createRedis, type Logger } from '@provisioning/runtime';

/** Where the control center rings after each change (its `redis/access-signal.ts`). */
const CHANNEL = 'provisioning:access';

/** Calls `wake` whenever the control center says that it has changed who may do what. @returns how to stop */
export function hearAccessChanges(url: string, log: Logger, wake: () => void): () => void {
  const redis = createRedis(url, 'consumer', log);
  redis.on('message', wake);
  // Whatever was rung for while nobody listened.
  redis.on('ready', wake);
  redis.subscribe(CHANNEL).catch((error: unknown) => {
    log.debug('notices of access changes cannot be received: changes are polled instead', { error });
  });
  return () => redis.disconnect();
}
