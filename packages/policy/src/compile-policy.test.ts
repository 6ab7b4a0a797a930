import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../test/faults-of.js';
import { compilePolicy } from './compile-policy.js';
import type { PolicyDocument } from './policy.js';
import { compilePolicies } from './policy-set.js';

const policy = (...rules: unknown[]): PolicyDocument =>
  ({ name: 'p', version: '1.0.0', rules }) as unknown as PolicyDocument;
const good = { effect: 'Allow', resource: 'servers:*', action: ['read'] };

describe('a policy that is not one', () => {
  it('is refused with every fault and its position', () => {
    const faults = faultsOf(() =>
      compilePolicy(
        policy(
          {
            effect: 'allow',
            resource: 'server:*',
            action: ['read', 'drop', 'Read'],
            condition: 'user.id ==',
          },
          good,
          { ...good, condition: "user.role == 'a' &&\n  (user.nme == 'x' || foo)" },
        ),
      ),
    );
    expect(faults).toEqual([
      { path: 'rules[0].effect', message: 'is "allow": it must be Allow, Deny or RequireApproval' },
      { path: 'rules[0].resource', message: expect.stringContaining('"server" is no type of resource') },
      {
        path: 'rules[0].action[1]',
        message: expect.stringContaining('"drop" is no action: there are create'),
      },
      { path: 'rules[0].action[2]', message: expect.stringContaining('"Read" is no action') },
      { path: 'rules[0].condition', line: 1, column: 9, message: expect.any(String) },
      { path: 'rules[2].condition', line: 2, column: 4, message: expect.stringContaining('nme') },
      { path: 'rules[2].condition', line: 2, column: 23, message: expect.stringContaining('foo') },
    ]);
  });

  it('names the first fault and the number of others in one sentence', () => {
    expect(() => compilePolicy(policy({ ...good, condition: 'true &&\n foo && bar' }))).toThrow(
      /^The policy cannot be used: rules\[0\]\.condition:2:2: there is no variable foo.* There are 2 faults in all\.$/,
    );
  });

  it.each([
    ['rules', { name: 'p', version: '1' }],
    ['rules', { name: 'p', version: '1', rules: Array(1001).fill(good) }],
    ['name', { name: '', version: '1', rules: [] }],
    ['rules[0]', policy(null)],
    ['rules[0]', policy('Allow')],
    ['rules[0].effect', policy({ ...good, effect: undefined })],
    ['rules[0].resource', policy({ ...good, resource: ['servers:*'] })],
    ['rules[0].action', policy({ ...good, action: 'read' })],
    ['rules[0].action', policy({ ...good, action: [] })],
    ['rules[0].action[0]', policy({ ...good, action: [null] })],
    ['rules[0].condition', policy({ ...good, condition: null })],
    ['rules[0].condition', policy({ ...good, condition: true })],
    ['rules[0].condition', policy({ ...good, condition: '' })],
  ])('%s', (path, document) => {
    expect(faultsOf(() => compilePolicy(document as PolicyDocument)).map((fault) => fault.path)).toEqual([
      path,
    ]);
  });
});

describe('a set of policies', () => {
  it('names the policy of a fault, and reports the same fault in each of them', () => {
    const bad = policy({ ...good, condition: 'foo' });
    const faults = faultsOf(() => compilePolicies([policy(good), bad, bad], { revision: 1 }));
    expect(faults.map(({ path }) => path)).toEqual([
      'policies[1].rules[0].condition',
      'policies[2].rules[0].condition',
    ]);
  });

  it('ignores policies that are not enabled', () => {
    const off = { ...policy({ ...good, condition: 'foo' }), enabled: false };
    expect(compilePolicies([off, policy(good)], { revision: 7 })).toMatchObject({
      revision: 7,
      rules: [{ policy: 'p', index: 0 }],
    });
  });
});
