import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, isSigned, issueServiceToken } from '@provisioning/auth-token';
import { POLICY_BUNDLE_PURPOSE, type PolicyBundle, type PolicyBundlePayload } from '@provisioning/contracts';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

const keyring = createKeyring([JWT_SECRET]);

describe('the bundle of policies', () => {
  let service: TestApi;
  beforeAll(async () => {
    service = await startTestApi();
  });
  afterAll(() => service.close());

  const ask = (token: string) =>
    service.internal.get('/internal/policy-bundle').auth(token, { type: 'bearer' });

  it('holds the policies in force, signed, with their revision', async () => {
    const { body, headers } = await ask(issueServiceToken(keyring, 'orchestrator')).expect(200);
    const { payload, kid, signature } = (body as { data: PolicyBundle }).data;
    expect(isSigned(keyring, POLICY_BUNDLE_PURPOSE, payload, { kid, signature })).toBe(true);
    expect(isSigned(keyring, POLICY_BUNDLE_PURPOSE, `${payload} `, { kid, signature })).toBe(false);
    expect(isSigned(keyring, 'another-purpose', payload, { kid, signature })).toBe(false);
    const { revision, policies } = JSON.parse(payload) as PolicyBundlePayload;
    expect(revision).toBe(5);
    expect(headers['etag']).toBe('"5"');
    expect(policies.map(({ name }) => name).sort()).toEqual([
      'admin_access_policy',
      'approver_access_policy',
      'auditor_access_policy',
      'operator_access_policy',
      'viewer_access_policy',
    ]);
    expect(policies[0]?.rules.length).toBeGreaterThan(0);
  });

  it('has what the caller knows: plans only from the format on that names them', async () => {
    const token = issueServiceToken(keyring, 'orchestrator');
    const asked = async (prefer: string) => {
      const { body } = await ask(token).set('Prefer', prefer).expect(200);
      const { format, policies } = JSON.parse(
        (body as { data: PolicyBundle }).data.payload,
      ) as PolicyBundlePayload;
      return [format, policies.some(({ rules }) => rules.some(({ resource }) => resource === 'plans:*'))];
    };
    expect(await asked('policy-format=2')).toEqual([2, true]);
    expect(await asked('wait=5, policy-format=3')).toEqual([2, true]);
    for (const prefer of ['policy-format=1', 'policy-format=x', 'policy-format', 'wait=5'])
      expect(await asked(prefer)).toEqual([1, false]);
  });

  it('is for the other service, not for users', async () => {
    await ask(await service.token()).expect(401);
  });
});
