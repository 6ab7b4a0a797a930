import { builtinPolicies } from '@provisioning/policy';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { UnitOfWork } from '../unit-of-work.js';

/**
 * Creates the built-in policies at the first start only, so that a policy an administrator deletes stays deleted.
 */
export async function makeBuiltinPolicies(work: UnitOfWork, clock: Clock): Promise<void> {
  await work.run(async ({ policies }) => {
    if ((await policies.lock()) > 0) return;
    const at = clock();
    for (const { name, version, rules } of builtinPolicies) {
      const policy = {
        id: uuidv7(),
        name,
        version,
        rules,
        description: null,
        enabled: true,
        revision: 1,
        createdAt: at,
        updatedAt: at,
      };
      await policies.insert(policy);
      await policies.recordChange(policy, { by: undefined, at });
    }
  });
}
