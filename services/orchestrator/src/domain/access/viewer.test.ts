import { describe, expect, it } from '@jest/globals';
import { builtinPolicies, compilePolicies, type PolicyRule } from '@provisioning/policy';
import { thingQuestions } from './scope.js';
import { FOLLOWING, Viewers } from './viewer.js';

function viewersUnder(rule: Omit<PolicyRule, 'effect' | 'action'>): Viewers {
  const rules: PolicyRule[] = [{ effect: 'Deny', action: ['read'], ...rule }];
  const set = compilePolicies([...builtinPolicies, { name: 'test', version: '1', rules }], { revision: 1 });
  return new Viewers(() => set);
}

function user(username: string) {
  return { id: username, username, email: '', roles: ['viewer'], tokenId: username };
}
const production = {
  key: 'production',
  questions: thingQuestions({ kind: 'server', infra: 'production', name: null, provider: null }),
};

describe('a viewer', () => {
  it('reads everything by their own rights, not by those of a user with the same outcomes', () => {
    const viewers = viewersUnder({
      resource: '*',
      condition: "resource.type == 'servers' ? user.username == 'bob' : false",
    });
    for (const first of [false, true])
      for (const [name, reads] of first
        ? ([['bob', false]] as const)
        : ([
            ['alice', true],
            ['bob', false],
          ] as const)) {
        const viewer = viewers.passing(user(name), '192.0.2.1', FOLLOWING);
        expect([name, viewer.readsAll(['servers']), viewer.mayRead(production)]).toEqual([
          name,
          reads,
          reads,
        ]);
      }
  });

  it('is checked with the path of their request', () => {
    const viewers = viewersUnder({
      resource: 'servers:prod*',
      condition: "request.path.startsWith('/state')",
    });
    const at = (path: string) =>
      viewers.passing(user('alice'), '192.0.2.1', { method: 'GET', path }).mayRead(production);
    expect([at('/tasks'), at('/state/inventory'), at('/tasks')]).toEqual([true, false, true]);
  });

  it('knows which ids a rule denies, and that a condition may depend on the id', () => {
    const deniedBy = (rule: Omit<PolicyRule, 'effect' | 'action'>) =>
      viewersUnder(rule).passing(user('alice'), '192.0.2.1', FOLLOWING).deniedIds('tasks');
    expect(deniedBy({ resource: 'tasks:0198*' })).toEqual(['0198*']);
    expect(deniedBy({ resource: 'tasks:*', condition: "resource.id.startsWith('a')" })).toEqual(['*']);
    expect(deniedBy({ resource: 'tasks:*', condition: "context.infra == 'production'" })).toEqual([]);
    expect(deniedBy({ resource: 'tasks:0198*', condition: "user.username == 'bob'" })).toEqual([]);
  });
});
