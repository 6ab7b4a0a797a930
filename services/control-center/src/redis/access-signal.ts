import type { Redis } from 'ioredis';

/** The channel on which a change of users, tokens or policies is published. */
export const ACCESS_CHANNEL = 'provisioning:access';

/**
 * Publishes a change to the processes that poll for it. It only shortens their wait: without Redis, they read it at
 * their next poll.
 */
export function accessSignal(redis: Redis | undefined): () => void {
  return () => {
    redis?.publish(ACCESS_CHANNEL, '').catch(() => undefined);
  };
}
