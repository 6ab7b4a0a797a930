import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRequest } from '../test/a-request.js';
import { decide } from './decide.js';
import { addedAllows, addedRestrictions, freedBy, notHeld, rightsBeyond } from './grants.js';
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
/** A set of one policy with these rules. */
const set = (...rules: PolicyRule[]) =>
  compilePolicies([{ name: 'p', version: '1', rules }], { revision: 1 });
const person = (...roles: string[]) => ({ ...principal, roles });
const held = (rules: PolicyRule[], granted: PolicyRule) =>
  notHeld(compilePolicies([{ name: 'p', version: '1', rules }], { revision: 1 }), principal, [granted]);

describe('the rights of a principal', () => {
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

  it('are reported action by action; a Deny grants nothing', () => {
    expect(held([allow('servers:*', ['read'])], allow('servers:a', ['read', 'delete']))).toEqual([
      { action: 'delete', resource: 'servers:a' },
    ]);
    expect(held([], deny('servers:a', ['*']))).toEqual([]);
  });

  it('are what the principal is allowed for every request in all circumstances', () => {
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

describe('the grants of a change', () => {
  it('exclude a rule that existed before, or that allows less than one that did', () => {
    const before = [allow('servers:*', ['read', 'create']), allow('tasks:*', ['*'], "user.role == 'a'")];
    expect(
      addedAllows(before, [
        allow('servers:web-*', ['read'], "context.infra == 'x'"),
        allow('tasks:1', ['delete'], "user.role == 'a'"),
        deny('*', ['*']),
      ]),
    ).toEqual([]);
  });

  it('include each rule that allows more: more objects, more actions, another condition', () => {
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

  it('contain and overlap according to what they match', () => {
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

describe('the restrictions that a change removes', () => {
  it('are each Deny that denies less than before; Allows do not count', () => {
    const before = [deny('servers:*', ['create', 'delete'], "user.role == 'a'"), allow('*', ['*'])];
    expect(addedRestrictions([deny('servers:*', ['create']), deny('*', ['delete'])], before)).toEqual([]);
    for (const after of [
      [],
      [deny('servers:*', ['create'])],
      [deny('servers:a*', ['create', 'delete'])],
      [deny('servers:*', ['create', 'delete'], "user.role == 'b'")],
    ]) {
      expect(addedRestrictions(after, before)).toEqual([before[0]]);
    }
  });
});

describe('rights beyond those of another', () => {
  const admin = allow('*', ['*'], "user.role == 'admin'");
  const help = allow('users:*', ['update'], "user.role == 'help'");

  it('are those that a role gives, unless the other holds them in another way', () => {
    const policies = set(admin, help, allow('users:a', ['update'], "user.role == 'a'"));
    expect(rightsBeyond(policies, person('admin'), person('help'))).toContainEqual({
      action: 'delete',
      resource: '*',
    });
    expect(rightsBeyond(policies, person('help'), person('admin'))).toEqual([]);
    expect(rightsBeyond(policies, person('a'), person('help'))).toEqual([]);
    expect(rightsBeyond(policies, person('help'), person('a'))).toEqual([
      { action: 'update', resource: 'users:*' },
    ]);
  });

  it('are those that a Deny denies to the other alone', () => {
    const policies = set(help, deny('users:a*', ['update'], "user.role == 'held'"));
    expect(rightsBeyond(policies, person('help'), person('help', 'held'))).toEqual([
      { action: 'update', resource: 'users:a*' },
    ]);
    expect(rightsBeyond(policies, person('help', 'held'), person('help'))).toEqual([]);
    // A principal to whom nothing is allowed gains nothing by a Deny that does not bind it.
    expect(rightsBeyond(policies, person(), person('help', 'held'))).toEqual([]);
  });

  it('are those that an address gives or that a Deny on it removes', () => {
    const policies = set(
      allow('servers:*', ['read'], "user.email.endsWith('@ops.example.com')"),
      allow('servers:*', ['read'], "user.role == 'a'"),
      deny('servers:prod', ['read'], "user.email == 'ada@example.com'"),
    );
    const at = (email: string, ...roles: string[]) => ({ ...person(...roles), email });
    expect(rightsBeyond(policies, at('x@ops.example.com'), at('x@example.com'))).toHaveLength(1);
    expect(rightsBeyond(policies, at('b@example.com', 'a'), at('ada@example.com', 'a'))).toEqual([
      { action: 'read', resource: 'servers:prod' },
    ]);
  });

  it('are none only where the other may do everything that the first may do', () => {
    const conditions = [undefined, "user.role == 'a'", "user.role != 'b'", "user.email == 'x@example.com'"];
    const anyRule = fc
      .tuple(
        fc.constantFrom<PolicyRule['effect'][]>('Allow', 'Allow', 'Deny'),
        fc.constantFrom('*', 'servers:*', 'servers:a', 'servers:a*'),
        fc.constantFrom<string[][]>(['read'], ['*']),
        fc.constantFrom(...conditions),
      )
      .map(([effect, resource, action, condition]) => ({ ...allow(resource, action, condition), effect }));
    const anyone = fc
      .tuple(fc.subarray(['a', 'b']), fc.constantFrom('x@example.com', 'y@example.com'))
      .map(([roles, email]) => ({ ...principal, roles, email }));
    let within = 0;
    fc.assert(
      fc.property(
        fc.array(anyRule, { minLength: 1, maxLength: 4 }),
        anyone,
        anyone,
        fc.constantFrom('servers:a', 'servers:ab', 'servers:b', 'tasks:1'),
        fc.constantFrom('read', 'delete'),
        (rules, one, other, resource, action) => {
          const policies = set(...rules);
          if (rightsBeyond(policies, one, other).length > 0) return;
          const effectFor = (who: typeof one) =>
            decide(policies, { ...aRequest({ resource, action }), principal: who }).effect;
          if (effectFor(one) !== 'ALLOW') return;
          within += 1;
          expect(effectFor(other)).toBe('ALLOW');
        },
      ),
      { numRuns: 3_000 },
    );
    expect(within).toBeGreaterThan(100);
  });
});

describe('approvals that policies require', () => {
  const approve = (condition?: string, count = 1): PolicyRule => ({
    ...deny('servers:prod*', ['create'], condition),
    effect: 'RequireApproval',
    approval: { count },
  });
  const all = allow('*', ['*'], "user.role == 'admin'");
  const given = [allow('servers:prod*', ['create'], "user.role == 'ops'")];

  it.each([
    ['everybody', undefined, 0],
    ['everybody, depending on the plan', 'context.plan.destroys > 0', 0],
    ['some users', "user.role != 'lead'", 1],
    ['some users, depending on the plan', "context.plan.destroys > 0 && user.role == 'admin'", 1],
    ['callers from an address', "request.ip != '10.0.0.1'", 1],
    ['others than this user', "user.role == 'guest'", 0],
  ])('of %s: whether the right still counts as held', (_whom, condition, missing) => {
    expect(notHeld(set(all, approve(condition)), person('admin'), given)).toHaveLength(missing);
  });

  it('bind those who would remove them', () => {
    const rule = approve();
    expect(freedBy(set(all, rule), person('admin'), [rule])).toEqual([
      { action: 'create', resource: 'servers:prod*' },
    ]);
    const others = approve("user.role == 'guest'");
    expect(freedBy(set(all, others), person('admin'), [others])).toEqual([]);
  });

  it('leave the removal of a Deny alone', () => {
    const denial = deny('servers:prod*', ['create'], "user.role == 'guest'");
    expect(freedBy(set(all, approve(), denial), person('admin'), [denial])).toEqual([]);
  });

  it('are weakened and strengthened like any restriction', () => {
    expect(addedRestrictions([approve(undefined, 1)], [approve(undefined, 2)])).toHaveLength(1);
    expect(addedRestrictions([approve(undefined, 2)], [approve(undefined, 1)])).toEqual([]);
    expect(addedRestrictions([deny('servers:prod*', ['create'])], [approve()])).toHaveLength(1);
  });
});
