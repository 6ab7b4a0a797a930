import { signText, type Keyring } from '@provisioning/auth-token';
import {
  getPolicyBundle,
  POLICY_BUNDLE_PURPOSE,
  POLICY_FORMAT_PREFERENCE,
  type PolicyBundlePayload,
} from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import { documentsIn, formatOf } from '@provisioning/policy';
import type { Clock } from '../domain/clock.js';
import type { PolicyStore } from '../domain/policy/policy-store.js';

/** What the orchestrator needs to decide by the policies. */
export function internalPolicyRoutes(policies: PolicyStore, keyring: Keyring, clock: Clock): Binding[] {
  return [
    on(getPolicyBundle)(async ({ preferences }) => {
      const { revision, documents: stored } = await policies.inForce();
      const documents = documentsIn(knownFormat(preferences), stored);
      const content: PolicyBundlePayload = {
        revision,
        issued_at: clock().toISOString(),
        format: formatOf(documents),
        // Safe cast: stored policies were validated against the contract.
        policies: documents as PolicyBundlePayload['policies'],
      };
      const payload = JSON.stringify(content);
      return reply(
        { payload, ...signText(keyring, POLICY_BUNDLE_PURPOSE, payload) },
        { headers: { ETag: `"${revision}"` } },
      );
    }),
  ];
}

/** Processes of releases before formats were introduced know the first one. */
function knownFormat(preferences: ReadonlyMap<string, string>): number {
  const format = Number(preferences.get(POLICY_FORMAT_PREFERENCE));
  return Number.isInteger(format) && format > 0 ? format : 1;
}
