import { describe, expect, it } from '@jest/globals';
import { outlookOf, type OutlookRequest } from './outlook.js';
import type { PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';

const rule = (effect: 'Allow' | 'Deny', resource: string, condition?: string): PolicyRule => ({
  effect,
  resource,
  action: ['cancel'],
  ...(condition === undefined ? {} : { condition }),
});

/** The verdict of rules on cancelling, and the index of the rule that is named. */
function verdictOf(rules: PolicyRule[], asked: Partial<OutlookRequest> = {}) {
  const set = compilePolicies([{ name: 'of the test', version: '1', rules }], { revision: 1 });
  const { verdict, rule: named } = outlookOf(set, {
    principal: { id: 'u1', username: 'ada', email: 'ada@example.com', roles: ['operator'] },
    action: 'cancel',
    resource: 'tasks:*',
    request: { time: new Date('2026-01-05T10:00:00Z'), ip: '203.0.113.7', method: 'POST', path: '/' },
    context: undefined,
    ...asked,
  });
  return [verdict, named?.index ?? null];
}

const dev = { context: { infra: 'dev' } };

describe('the outlook of a request', () => {
  it('is the decision where nothing is left open', () => {
    expect(verdictOf([])).toEqual(['deny', null]);
    expect(verdictOf([rule('Allow', '*')])).toEqual(['allow', 0]);
    expect(verdictOf([rule('Allow', '*'), rule('Deny', 'tasks:*')])).toEqual(['deny', 1]);
    expect(verdictOf([rule('Allow', '*', "user.role == 'admin'")])).toEqual(['deny', null]);
    expect(verdictOf([rule('Allow', '*', "user.role == 'operator'")])).toEqual(['allow', 0]);
  });

  it('depends on a context that is not given, and follows one that is', () => {
    const rules = [rule('Allow', 'tasks:*', "context.infra == 'dev'")];
    expect(verdictOf(rules)).toEqual(['depends', 0]);
    expect(verdictOf(rules, dev)).toEqual(['allow', 0]);
    expect(verdictOf(rules, { context: { infra: 'prod' } })).toEqual(['deny', null]);
    const guarded = [rule('Allow', 'tasks:*', "has(context.infra) && context.infra == 'dev'")];
    expect(verdictOf(guarded)).toEqual(['depends', 0]);
    expect(verdictOf(guarded, { context: {} })).toEqual(['deny', null]);
  });

  it('depends where a Deny may apply', () => {
    const rules = [rule('Allow', '*'), rule('Deny', 'tasks:*', "context.infra == 'prod'")];
    expect(verdictOf(rules)).toEqual(['depends', 1]);
    expect(verdictOf(rules, { context: { kind: 'server' } })).toEqual(['depends', 1]);
    expect(verdictOf(rules, dev)).toEqual(['allow', 0]);
    expect(verdictOf(rules, { context: { infra: 'prod' } })).toEqual(['deny', 1]);
  });

  it('depends on the object where a rule is about a part of the type', () => {
    const one = '0190a000-0000-7000-8000-000000000001';
    expect(verdictOf([rule('Allow', `tasks:${one}`)], dev)).toEqual(['depends', 0]);
    expect(verdictOf([rule('Allow', `tasks:${one}`)], { ...dev, resource: `tasks:${one}` })).toEqual([
      'allow',
      0,
    ]);
    expect(verdictOf([rule('Allow', '*'), rule('Deny', `tasks:${one}`)], dev)).toEqual(['depends', 1]);
    expect(verdictOf([rule('Allow', `batches:${one}`)], dev)).toEqual(['deny', null]);
  });

  it('is a denial where a Deny may apply and nothing allows', () => {
    expect(verdictOf([rule('Deny', 'tasks:*', "context.infra == 'prod'")])[0]).toBe('deny');
  });

  it('is a denial for what cannot be decided on', () => {
    expect(verdictOf([rule('Allow', '*')], { resource: 'moons:*' })).toEqual(['deny', null]);
  });
});
