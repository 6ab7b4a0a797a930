import { expect, it } from '@jest/globals';
import { builtinPolicies } from './builtin-policies.js';
import { documentsIn, formatOf, POLICY_FORMAT } from './format.js';
import type { PolicyDocument, PolicyRule } from './policy.js';

const allow = (resource: string, ...action: string[]): PolicyRule => ({ effect: 'Allow', resource, action });
const approve: PolicyRule = {
  effect: 'RequireApproval',
  resource: 'servers:*',
  action: ['*'],
  approval: { count: 1 },
};
const of = (...rules: PolicyRule[]): PolicyDocument[] => [{ name: 'p', version: '1', rules }];

it.each<[string, PolicyRule, number]>([
  ['an Allow', allow('*', '*'), 1],
  ['a rule for plans', allow('plans:prod', 'read'), 2],
  ['the action approve', allow('*', 'read', 'approve'), 2],
  ['a RequireApproval', approve, 2],
])('needs the format of its newest part: %s', (_what, rule, format) => {
  expect(formatOf(of(allow('servers:*', 'read'), rule))).toBe(format);
});

it('leaves out what a process of the previous release never asks about', () => {
  const documents = of(allow('servers:*', 'read', 'approve'), allow('*', 'approve'), allow('plans:*', '*'), {
    ...allow('plans:prod', 'execute'),
    effect: 'Deny',
  });
  expect(documentsIn(1, documents)).toEqual(of(allow('servers:*', 'read')));
  expect(formatOf(documentsIn(1, builtinPolicies))).toBe(1);
});

it('never leaves out a restriction that such a process would have to apply', () => {
  const documents = of(allow('*', '*'), approve);
  expect(documentsIn(1, documents)).toEqual(documents);
  expect(formatOf(documentsIn(1, documents))).toBe(2);
});

it('leaves out nothing for a process of this release', () => {
  expect(documentsIn(POLICY_FORMAT, builtinPolicies)).toEqual(builtinPolicies);
});
