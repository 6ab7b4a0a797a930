import { describe, expect, it } from '@jest/globals';
import {
  controlCenterInternalOperations,
  controlCenterOperations,
  orchestratorOperations,
  type AnyOperation,
} from '@provisioning/contracts';
import { ACTIONS, RESOURCE_TYPES } from '@provisioning/policy';

const operations = [
  ...orchestratorOperations,
  ...controlCenterOperations,
  ...controlCenterInternalOperations,
];

describe('every operation of both services', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s declares who may call it, in words that the policies know',
    (_id, { permission }: AnyOperation) => {
      if (typeof permission === 'string') {
        expect(['public', 'self', 'service']).toContain(permission);
        return;
      }
      expect(ACTIONS).toContain(permission.action);
      const type = permission.resource.slice(0, permission.resource.indexOf(':'));
      expect(RESOURCE_TYPES).toContain(type);
    },
  );

  it('is public only where the caller cannot be known yet', () => {
    const open = operations.filter(({ permission }) => permission === 'public').map(({ id }) => id);
    expect(open.filter((id) => !/(Health|Live|Ready)$/.test(id)).sort()).toEqual(['login', 'refresh']);
  });
});
