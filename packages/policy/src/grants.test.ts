import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import { addedAllows, notHeld } from './grants.js';
import type { PolicyRule } from './policy.js';
import { compilePolicies } from './policy-set.js';
import { contains, overlaps, parseResourcePattern } from './resource-pattern.js';

const allow = (resource: string, action: string[], condition?: string): PolicyRule => ({
  effect: 'Allow',
  resource,
  action,
  ...(condition === undefined ? {} : { condition }),
});
const deny = (...of: Parameters<typeof allow>): PolicyRule => ({ ...allow(...of), effect: 'Deny' });
const { principal } = aRequest({ roles: ['lead'] });
const held = (rules: PolicyRule[], granted: PolicyRule) =>
  notHeld(compilePolicies([{ name: 'p', version: '1', rules }], { revision: 1 }), principal, [granted]);

describe('P7: what somebody holds', () => {
  const read = allow('servers:prod-*', ['read']);

  it.each([
    ['the same', [read]],
    ['more', [allow('*', ['*'])]],
    ['more, by a role', [allow('servers:*', ['*'], "user.role == 'lead'")]],
    ['more, by a role or else', [allow('servers:*', ['*'], "user.role == 'lead' || context.infra == 'a'")]],
    ['a Deny of others', [read, deny('*', ['*'], "user.role == 'intern'")]],
    ['a Deny of something else', [read, deny('servers:test-*', ['*']), deny('servers:*', ['delete'])]],
  ])('covers what is allowed by %s', (_what, rules) => {
    expect(held(rules, read)).toEqual([]);
  });

  it.each([
    ['nothing', []],
    ['another action', [allow('servers:*', ['create'])]],
    ['a part of it', [allow('servers:prod-1', ['read']), allow('servers:prod-1*', ['read'])]],
    ['another role', [allow('*', ['*'], "user.role == 'admin'")]],
    ['circumstances', [allow('*', ['*'], "context.infra == 'a'")]],
    ['the resource', [allow('*', ['*'], "resource.id != 'prod-1'")]],
    ['the action', [allow('*', ['*'], "action == 'read'")]],
    ['the time', [allow('*', ['*'], 'request.time.getHours() < 25')]],
    ['a Deny of a part', [read, deny('servers:prod-1', ['*'])]],
    ['a Deny of all', [read, deny('*', ['read'], "user.role == 'lead'")]],
    ['a Deny in circumstances', [read, deny('*', ['read'], 'has(context.infra)')]],
  ])('does not cover what depends on %s', (_what, rules) => {
    expect(held(rules, read)).toEqual([{ action: 'read', resource: 'servers:prod-*' }]);
  });

  it('is told action by action; a Deny grants nothing', () => {
    expect(held([allow('servers:*', ['read'])], allow('servers:a', ['read', 'delete']))).toEqual([
      { action: 'delete', resource: 'servers:a' },
    ]);
    expect(held([], deny('servers:a', ['*']))).toEqual([]);
  });

  it('is what they would be allowed, whatever they ask and in whatever circumstances', () => {
    const conditions = [
      undefined,
      "user.role == 'lead'",
      "user.role != 'lead'",
      "context.infra == 'a'",
      "user.role == 'lead' || context.infra == 'a'",
      "user.role == 'lead' && !has(context.infra)",
      "resource.id == 'a' || user.roles.exists(r, r == 'x')",
    ];
    const rule = fc
      .tuple(
        fc.constantFrom<PolicyRule['effect'][]>('Allow', 'Allow', 'Deny'),
        fc.constantFrom('*', 'servers:*', 'servers:a', 'servers:a*', 'servers:ab', 'tasks:*'),
        fc.subarray(['read', 'delete', '*'], { minLength: 1 }),
        fc.constantFrom(...conditions),
      )
      .map(([effect, resource, action, condition]) => ({ ...allow(resource, action, condition), effect }));
    let holding = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 5 }),
        fc.constantFrom('servers:*', 'servers:a', 'servers:a*', 'tasks:*'),
        fc.constantFrom('servers:a', 'servers:ab', 'servers:b', 'servers:*', 'tasks:1'),
        fc.constantFrom('read', 'delete'),
        fc.constantFrom({}, { infra: 'a' }, { infra: 'b' }),
        (rules, pattern, resource, action, context) => {
          if (!contains(pattern, resource)) return;
          if (held(rules, allow(pattern, [action])).length > 0) return;
          holding += 1;
          const set = compilePolicies([{ name: 'p', version: '1', rules }], { revision: 1 });
          expect(decide(set, aRequest({ roles: ['lead'], resource, action, context })).effect).toBe('ALLOW');
        },
      ),
      { numRuns: 5_000 },
    );
    expect(holding).toBeGreaterThan(100);
  });
});

describe('P7: what a change grants', () => {
  it('is no rule that was there, or that allows less than one that was', () => {
    const before = [allow('servers:*', ['read', 'create']), allow('tasks:*', ['*'], "user.role == 'a'")];
    expect(
      addedAllows(before, [
        allow('servers:web-*', ['read'], "context.infra == 'x'"),
        allow('tasks:1', ['delete'], "user.role == 'a'"),
        deny('*', ['*']),
      ]),
    ).toEqual([]);
  });

  it('is each that allows more: on more, more actions, under another condition', () => {
    const before = [allow('servers:a', ['read'], "user.role == 'a'"), deny('*', ['*'])];
    const added = [
      allow('servers:a*', ['read'], "user.role == 'a'"),
      allow('servers:a', ['*'], "user.role == 'a'"),
      allow('servers:a', ['read'], "user.role == 'b'"),
      allow('servers:a', ['read']),
    ];
    expect(addedAllows(before, added)).toEqual(added);
  });
});

describe('patterns', () => {
  const patterns = ['*', 'servers:*', 'servers:a*', 'servers:a', 'servers:ab', 'servers:b*', 'tasks:*'];
  const things = ['servers:a', 'servers:ab', 'servers:abc', 'servers:b', 'servers:*', 'tasks:1', 'users:a'];
  const matches = (pattern: string, thing: string) => {
    const parsed = parseResourcePattern(pattern);
    if (typeof parsed === 'string') throw new Error(parsed);
    const [type, id] = thing.split(':') as [string, string];
    return (parsed.type === '*' || parsed.type === type) && parsed.matches(id);
  };

  it('contain and overlap as what they match does', () => {
    for (const one of patterns) {
      for (const other of patterns) {
        const both = things.filter((thing) => matches(one, thing) && matches(other, thing));
        const others = things.filter((thing) => matches(other, thing));
        expect([one, other, contains(one, other)]).toEqual([one, other, both.length === others.length]);
        expect([one, other, overlaps(one, other)]).toEqual([one, other, both.length > 0]);
      }
    }
  });
});
