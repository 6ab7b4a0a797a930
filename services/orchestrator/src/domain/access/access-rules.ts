import { Failure } from '@provisioning/errors';

/** For how long changes are allowed with old information from the control center. In seconds. */
export interface AccessRules {
  /** Age of the newest list of revocations from which on changes are refused. Reads go on until the token expires. */
  revocationsStale: number;
  /** Age of policies from which on changes are refused, where newer policies cannot be loaded. */
  policiesStale: number;
}

/**
 * @param silentSeconds since the last answer of the control center
 * @param policiesAgeSeconds since the policies in force were the newest
 * @throws Failure `unavailable` (`revocation_stale`, `policy_stale`) if the information is too old for a change
 */
export function refuseIfStale(
  { revocationsStale, policiesStale }: AccessRules,
  silentSeconds: number,
  policiesAgeSeconds: number,
): void {
  if (silentSeconds > revocationsStale) {
    throw new Failure(
      'unavailable',
      `The control center has been unreachable for ${Math.round(silentSeconds)} s. Changes are refused because revocations may be missing. Reads are still answered.`,
      { code: 'revocation_stale', retryAfter: 5 },
    );
  }
  if (policiesAgeSeconds > policiesStale) {
    throw new Failure(
      'unavailable',
      `The policies in force are ${Math.round(policiesAgeSeconds)} s old and newer ones cannot be loaded. Changes are refused until they can. Reads are still answered.`,
      { code: 'policy_stale', retryAfter: 5 },
    );
  }
}
