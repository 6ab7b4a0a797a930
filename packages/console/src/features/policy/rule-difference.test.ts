import { describe, expect, it } from '@jest/globals';
import type { PolicyRule } from '@provisioning/contracts';
import { alignRules } from './rule-difference.js';

const rule = (resource: string): PolicyRule => ({ effect: 'Allow', resource, action: ['read'] });
const [a, b, c, d] = ['a:*', 'b:*', 'c:*', 'd:*'].map(rule) as [
  PolicyRule,
  PolicyRule,
  PolicyRule,
  PolicyRule,
];

describe('two versions of the rules of a policy', () => {
  it.each([
    [
      [a, b],
      [a, b],
      [
        [a, a],
        [b, b],
      ],
    ],
    [
      [a, b, c],
      [a, c],
      [
        [a, a],
        [b, undefined],
        [c, c],
      ],
    ],
    [
      [a, c],
      [a, b, c, d],
      [
        [a, a],
        [undefined, b],
        [c, c],
        [undefined, d],
      ],
    ],
    [[], [a], [[undefined, a]]],
  ])('stand side by side (%#)', (before, after, pairs) => {
    expect(alignRules(before, after).map((pair) => [pair.before, pair.after])).toEqual(pairs);
  });

  it('lose and invent no rule when a rule is rewritten', () => {
    const rewritten = { ...b, condition: 'context.check_mode' };
    const pairs = alignRules([a, b, c], [a, rewritten, c]);
    expect(pairs.flatMap(({ before }) => before ?? [])).toEqual([a, b, c]);
    expect(pairs.flatMap(({ after }) => after ?? [])).toEqual([a, rewritten, c]);
  });
});
