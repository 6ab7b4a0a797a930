import type { Logger } from '@provisioning/runtime';
import type { PoliciesInForce } from '../domain/policy/policies-in-force.js';
import { hearAccessChanges } from '../redis/access-bell.js';

/** Another process's change counts here that soon, even where nobody rings. */
const LOOK_EVERY_MS = 500;

/** Brings in force what other processes have changed. @returns how to stop. */
export function followPolicies(
  inForce: PoliciesInForce,
  redisUrl: string | undefined,
  log: Logger,
): () => void {
  let failing = false;
  const look = () => {
    inForce.follow().then(
      () => (failing = false),
      (error: unknown) => {
        if (!failing) log.warn('the policies cannot be read: the last known ones stay in force', { error });
        failing = true;
      },
    );
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  const stopHearing = redisUrl === undefined ? undefined : hearAccessChanges(redisUrl, log, look);
  return () => {
    clearInterval(timer);
    stopHearing?.();
  };
}
