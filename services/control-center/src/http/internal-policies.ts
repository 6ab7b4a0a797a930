import { signText, type Keyring } from '@provisioning/auth-token';
import { getPolicyBundle, POLICY_BUNDLE_PURPOSE, type PolicyBundlePayload } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { Clock } from '../domain/clock.js';
import type { PolicyStore } from '../domain/policy/policy-store.js';

/** What the orchestrator needs to decide by the policies. */
export function internalPolicyRoutes(policies: PolicyStore, keyring: Keyring, clock: Clock): Binding[] {
  return [
    on(getPolicyBundle)(async () => {
      const { revision, documents } = await policies.inForce();
      const content: PolicyBundlePayload = {
        revision,
        issued_at: clock().toISOString(),
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
