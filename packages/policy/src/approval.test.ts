import { describe, expect, it } from '@jest/globals';
import { aRequest } from '../test/a-request.js';
import { faultsOf } from '../test/faults-of.js';
import { answerQuestion } from './answer.js';
import { countedApprovals, demandsAtLeast, unfulfilled, type Approval } from './approval.js';
import { compilePolicy } from './compile-policy.js';
import { decide } from './decide.js';
import { explain } from './explain.js';
import { outlookOf } from './outlook.js';
import type { PolicyRule, RuleApproval } from './policy.js';
import { compilePolicies } from './policy-set.js';

const policies = (...rules: PolicyRule[]) =>
  compilePolicies([{ id: 'p-1', name: 'p', version: '1.0.0', rules }], { revision: 3 });
const ALLOW: PolicyRule = { effect: 'Allow', resource: '*', action: ['*'] };
const approve = (rest: Partial<PolicyRule> = {}): PolicyRule => ({
  effect: 'RequireApproval',
  resource: 'servers:prod*',
  action: ['*'],
  approval: { count: 1 },
  ...rest,
});
const create = (context: Record<string, unknown> = {}, resource = 'servers:production') =>
  aRequest({ action: 'create', resource, context });

const ONE = {
  policyId: 'p-1',
  policy: 'p',
  index: 1,
  count: 1,
  roles: null,
  distinctFrom: [],
  expiresIn: null,
};

describe('a rule that requires approval', () => {
  it('lets what is allowed wait for approval, and says what it demands', () => {
    const approval: RuleApproval = {
      count: 2,
      roles: ['lead'],
      distinct_from: ['submitter'],
      expires_in: 60,
    };
    expect(decide(policies(ALLOW, approve({ approval })), create())).toEqual({
      effect: 'NEEDS_APPROVAL',
      rule: { policy: 'p', index: 1 },
      matched: [
        { policy: 'p', policyId: 'p-1', index: 0, effect: 'Allow', reason: 'matched' },
        { policy: 'p', policyId: 'p-1', index: 1, effect: 'RequireApproval', reason: 'matched' },
      ],
      approvals: [{ ...ONE, count: 2, roles: ['lead'], distinctFrom: ['submitter'], expiresIn: 60 }],
      errors: [],
      revision: 3,
    });
  });

  it('grants nothing', () => {
    expect(decide(policies(approve()), create())).toMatchObject({ effect: 'IMPLICIT_DENY', rule: null });
  });

  it('never softens a Deny, in any order of the rules', () => {
    const deny: PolicyRule = { ...ALLOW, effect: 'Deny' };
    for (const rules of [
      [ALLOW, approve(), deny],
      [deny, approve(), ALLOW],
    ])
      expect(decide(policies(...rules), create()).effect).toBe('EXPLICIT_DENY');
  });

  it('demands one requirement for each rule that matches', () => {
    const rules = [approve(), approve({ approval: { count: 3 } }), approve({ resource: 'servers:test' })];
    expect(decide(policies(ALLOW, ...rules), create()).approvals).toEqual([
      ONE,
      { ...ONE, index: 2, count: 3 },
    ]);
  });

  it.each([
    ['read', 'ALLOW'],
    ['cancel', 'ALLOW'],
    ['restore', 'ALLOW'],
    ['create', 'NEEDS_APPROVAL'],
    ['update', 'NEEDS_APPROVAL'],
    ['delete', 'NEEDS_APPROVAL'],
    ['execute', 'NEEDS_APPROVAL'],
  ])('covers with * every action that a plan can carry: %s is %s', (action, effect) => {
    expect(decide(policies(ALLOW, approve()), aRequest({ action })).effect).toBe(effect);
  });

  it('does not apply to a run in check mode, which changes nothing', () => {
    const set = policies(ALLOW, approve());
    expect(decide(set, create({ check_mode: true })).effect).toBe('ALLOW');
    expect(explain(set, create({ check_mode: true })).rules[1]).toMatchObject({ counted: false });
    for (const check_mode of [false, 'true', 1, null])
      expect(decide(set, create({ check_mode })).effect).toBe('NEEDS_APPROVAL');
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, 'NEEDS_APPROVAL'],
    [{ plan: null }, 'NEEDS_APPROVAL'],
    [{ plan: 'none' }, 'NEEDS_APPROVAL'],
    [{ plan: { creates: 3 } }, 'NEEDS_APPROVAL'],
    [{ plan: { creates: 0, changes: 0, destroys: 1, providers: [] } }, 'NEEDS_APPROVAL'],
    [{ plan: { creates: 3, changes: 1, destroys: 0, providers: ['aws'] } }, 'NEEDS_APPROVAL'],
    [{ plan: { creates: 3, changes: 1, destroys: 0, providers: ['local'] } }, 'ALLOW'],
  ])('applies where its condition cannot be evaluated; with %j it is %s', (context, effect) => {
    const condition = "context.plan.destroys > 0 || 'aws' in context.plan.providers";
    expect(decide(policies(ALLOW, approve({ condition })), create(context)).effect).toBe(effect);
  });

  it('is what a user can expect: it depends', () => {
    const asked = { ...create(), context: undefined };
    const outlook = outlookOf(policies(ALLOW, approve()), asked);
    expect(outlook).toEqual({ verdict: 'depends', rule: { policy: 'p', index: 1 } });
  });
});

describe('an answer', () => {
  const asker = { principal: create().principal, request: create().request };
  const question = { action: 'create', resource: 'servers:test', context: {} } as const;

  it('names the approvals that alone prevent it', () => {
    const set = policies(ALLOW, approve());
    const asked = { ...question, resource: 'servers:production' };
    expect(answerQuestion(set, asker, asked)).toMatchObject({ yes: false, approvals: [ONE] });
    expect(answerQuestion(policies(approve()), asker, asked)).toMatchObject({ yes: false, approvals: [] });
  });

  it('counts a requirement on any name of the object', () => {
    const allowed: PolicyRule = { ...ALLOW, resource: 'servers:test' };
    for (const names of [
      ['servers:test', 'servers:prod-1'],
      ['servers:prod-1', 'servers:test'],
    ]) {
      const [resource = '', ...alsoKnownAs] = names;
      expect(
        answerQuestion(policies(allowed, approve()), asker, { ...question, resource, alsoKnownAs }),
      ).toMatchObject({
        yes: false,
        approvals: [ONE],
        decision: { effect: 'NEEDS_APPROVAL', rule: { policy: 'p', index: 1 } },
      });
    }
  });

  it('is yes for the plan whose approvals fulfil every requirement', () => {
    const set = policies(
      ALLOW,
      approve({ condition: 'context.plan.destroys > 0' }),
      approve({ resource: 'servers:*' }),
    );
    const plan = {
      id: 'plan-1',
      submitterId: 'sam',
      changes: { creates: 1, changes: 0, destroys: 0, providers: ['local'] },
      approvals: [] as Approval[],
      executedAt: '2026-11-30T00:00:00.000Z',
    };
    const asked = { ...question, resource: 'servers:production' };
    const answered = (given: typeof plan) => {
      const { yes, approvals } = answerQuestion(set, asker, asked, given);
      return [yes, approvals.map(({ index }) => index)];
    };
    const approvals = [{ userId: 'ada', roles: [], at: '2026-11-29T00:00:00.000Z' }];
    const destroying = { ...plan, changes: { ...plan.changes, destroys: 1 } };
    expect(answered(plan)).toEqual([false, [2]]);
    expect(answered(destroying)).toEqual([false, [1, 2]]);
    expect(answered({ ...plan, approvals })).toEqual([true, []]);
    expect(answered({ ...destroying, approvals })).toEqual([true, []]);
    const denied = policies(ALLOW, approve(), { ...ALLOW, effect: 'Deny' });
    expect(answerQuestion(denied, asker, asked, { ...plan, approvals })).toMatchObject({
      yes: false,
      approvals: [],
    });
  });

  it('is no where nothing denies but an approval is missing', () => {
    const asked = { ...question, resource: 'servers:production', mode: 'not_denied' } as const;
    expect(answerQuestion(policies(approve({})), asker, asked).yes).toBe(false);
    expect(answerQuestion(policies(), asker, asked).yes).toBe(true);
  });

  it('is yes without approvals for planning, where a rule allows it and none denies it', () => {
    const asked = { ...question, resource: 'servers:production', mode: 'approvable' } as const;
    const answered = (...rules: PolicyRule[]) => answerQuestion(policies(...rules), asker, asked).yes;
    expect(answered(ALLOW, approve())).toBe(true);
    expect(answered(approve())).toBe(false);
    expect(answered(ALLOW, approve(), { ...ALLOW, effect: 'Deny' })).toBe(false);
  });
});

describe('a rule is refused', () => {
  const faultsIn = (rule: unknown) =>
    faultsOf(() => compilePolicy({ name: 'p', version: '1', rules: [rule as PolicyRule] })).map(
      ({ path }) => path,
    );

  it.each<[string, Record<string, unknown>]>([
    ['effect', { effect: 'RequireApprovals' }],
    ['effect', { effect: 'requireapproval' }],
    ['approval', { approval: undefined }],
    ['approval', { approval: null }],
    ['approval', { approval: [] }],
    ['approval', { approval: 2 }],
    ['approval', { effect: 'Allow' }],
    ['approval', { effect: 'Deny' }],
    ['approval.count', { approval: {} }],
    ['approval.count', { approval: { count: 0 } }],
    ['approval.count', { approval: { count: -1 } }],
    ['approval.count', { approval: { count: 1.5 } }],
    ['approval.count', { approval: { count: '2' } }],
    ['approval.count', { approval: { count: 21 } }],
    ['approval.count', { approval: { count: Number.NaN } }],
    ['approval.roles', { approval: { count: 1, roles: [] } }],
    ['approval.roles', { approval: { count: 1, roles: 'lead' } }],
    ['approval.roles', { approval: { count: 1, roles: [''] } }],
    ['approval.distinct_from', { approval: { count: 1, distinct_from: ['approver'] } }],
    ['approval.distinct_from', { approval: { count: 1, distinct_from: 'submitter' } }],
    ['approval.expires_in', { approval: { count: 1, expires_in: 0 } }],
    ['approval.expires_in', { approval: { count: 1, expires_in: Infinity } }],
    ['approval.optional', { approval: { count: 1, optional: true } }],
    ['resource', { resource: '*' }],
    ['resource', { resource: 'policies:*' }],
    ['resource', { resource: 'batches:*' }],
    ['resource', { resource: 'plans:*' }],
    ['action[0]', { action: ['read'] }],
    ['action[1]', { action: ['create', 'cancel'] }],
    ['action[0]', { action: ['approve'] }],
  ])('for its %s: %j', (member, change) => {
    const path = member === 'effect' ? ['rules[0].effect', 'rules[0].approval'] : [`rules[0].${member}`];
    expect(faultsIn({ ...approve(), ...change })).toEqual(path);
  });

  it('unless it is as the API describes', () => {
    const approval: RuleApproval = { count: 20, roles: ['a'], distinct_from: ['submitter'], expires_in: 1 };
    for (const type of ['servers', 'taskservs', 'clusters', 'commands'])
      expect(faultsIn(approve({ resource: `${type}:x/*`, approval }))).toEqual([]);
  });
});

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30) + seconds * 1000);
const by = (userId: string, roles: string[] = [], seconds = 0): Approval => ({
  userId,
  roles,
  at: at(seconds).toISOString(),
});

describe('approvals', () => {
  const about = { submitterId: 'sam', now: at(100) };
  const demand = (rest: Partial<typeof ONE> & object) => ({ ...ONE, ...rest });

  it('of one person count once', () => {
    const two = demand({ count: 2 });
    expect(unfulfilled([two], [by('ada'), by('ada', [], 5)], about)).toEqual([two]);
    expect(unfulfilled([two], [by('ada'), by('bob')], about)).toEqual([]);
  });

  it.each([
    ['of the submitter where excluded', { distinctFrom: ['submitter'] }, by('sam', ['lead']), false],
    ['of the submitter where not excluded', {}, by('sam'), true],
    ['without the role', { roles: ['lead'] }, by('ada', ['Lead', 'leader']), false],
    ['with one of the roles', { roles: ['lead', 'boss'] }, by('ada', ['x', 'boss']), true],
    ['that has just expired', { expiresIn: 100 }, by('ada'), false],
    ['whose time cannot be read', { expiresIn: 100 }, { ...by('ada'), at: 'yesterday' }, false],
    ['that is about to expire', { expiresIn: 101 }, by('ada'), true],
  ] as const)('%s', (_title, rest, approval, counts) => {
    expect(countedApprovals({ ...ONE, ...rest }, [approval], about).length).toBe(counts ? 1 : 0);
  });

  it('each count for every requirement that they fit', () => {
    const [leads, anyone] = [
      { ...ONE, roles: ['lead'] },
      { ...ONE, count: 2 },
    ];
    expect(unfulfilled([leads, anyone], [by('ada', ['lead'])], about)).toEqual([anyone]);
    expect(unfulfilled([leads, anyone], [by('ada', ['lead']), by('bob')], about)).toEqual([]);
    expect(unfulfilled([], [], about)).toEqual([]);
  });
});

describe('a demand', () => {
  const base: RuleApproval = {
    count: 2,
    roles: ['lead', 'boss'],
    distinct_from: ['submitter'],
    expires_in: 60,
  };

  it.each<[Partial<RuleApproval>, boolean]>([
    [{}, true],
    [{ count: 3 }, true],
    [{ roles: ['lead'] }, true],
    [{ expires_in: 30 }, true],
    [{ count: 1 }, false],
    [{ roles: ['lead', 'boss', 'intern'] }, false],
    [{ expires_in: 61 }, false],
  ])('%j is at least the other: %s', (change, expected) => {
    expect(demandsAtLeast({ ...base, ...change }, base)).toBe(expected);
  });

  it('is weaker without roles, without exclusion, or without expiry', () => {
    const { roles: _roles, ...anyRole } = base;
    const { distinct_from: _distinct, ...anyPerson } = base;
    const { expires_in: _expiry, ...anyTime } = base;
    for (const weaker of [anyRole, anyPerson, anyTime]) {
      expect(demandsAtLeast(weaker, base)).toBe(false);
      expect(demandsAtLeast(base, weaker)).toBe(true);
    }
  });
});
