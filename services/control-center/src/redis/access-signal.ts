import type { Redis } from 'ioredis';

/** Who may do what has changed: whoever hears it asks what. */
export const ACCESS_CHANNEL = 'provisioning:access';

/** Wakes those who poll. Nobody depends on it: where Redis is away, they find out at their next turn. */
export function accessSignal(redis: Redis | undefined): () => void {
  return () => {
    redis?.publish(ACCESS_CHANNEL, '').catch(() => undefined);
  };
}
