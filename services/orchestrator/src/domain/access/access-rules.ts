import { Failure } from '@provisioning/errors';

/** How long what was last heard of the control center is good for, in seconds. */
export interface AccessRules {
  /** Without news of revocations, changes stop; what only reads goes on until its token ends. */
  revocationsStale: number;
  /** Policies that may not be the newest, as when those cannot be used, are good for changes that long. */
  policiesStale: number;
}

/** @throws Failure `unavailable` when a change would rest on what may no longer be so */
export function refuseIfStale(
  { revocationsStale, policiesStale }: AccessRules,
  silentSeconds: number,
  policiesAgeSeconds: number,
): void {
  if (silentSeconds > revocationsStale) {
    throw new Failure(
      'unavailable',
      `The control center has not been heard of for ${Math.round(silentSeconds)} s, so nobody knows whose rights were taken away since. Nothing is changed until it is back; reading goes on.`,
      { code: 'revocation_stale', retryAfter: 5 },
    );
  }
  if (policiesAgeSeconds > policiesStale) {
    throw new Failure(
      'unavailable',
      `The policies are those of ${Math.round(policiesAgeSeconds)} s ago, and newer ones cannot be put in force. Nothing is changed until they can; reading goes on.`,
      { code: 'policy_stale', retryAfter: 5 },
    );
  }
}
