import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@provisioning/http-kit';
import { builtinPolicies, compilePolicies, type PolicyDocument, type PolicyRule } from '@provisioning/policy';
import type { RecordedEvent } from '../domain/event/recorded-event.js';
import { EventBatch } from './event-batch.js';
import { Viewers } from '../domain/access/viewer.js';

const TASKS = ['production', 'staging', 'secret'].map((infra, index) => ({ id: `t${index}`, infra }));

const recorded = TASKS.map(({ id, infra }, index): RecordedEvent => ({
  ...{ seq: index + 1, at: new Date('2026-09-26T10:00:00Z'), taskId: id, batchId: null, attempt: 1 },
  ...{
    type: index === 1 ? 'progress' : 'started',
    status: 'Running',
    details: {},
    batch: null,
    plan: null,
    log: null,
  },
  task: {
    kind: 'workflow',
    name: 'create_servers',
    infra,
    checkMode: false,
    operation: null,
    scopeId: null,
    scope: null,
  },
}));

function person(id: string, more: Partial<Principal> = {}): Principal {
  return {
    ...{ id, username: id, email: '', roles: ['viewer'], sessionId: 's', tokenId: id, expiresAt: 0 },
    ...more,
  };
}

function deny(condition: string): PolicyDocument {
  const rule: PolicyRule = { effect: 'Deny', resource: 'tasks:*', action: ['read'], condition };
  return { name: 'deny', version: '1.0.0', rules: [rule] };
}

function viewersUnder(...policies: PolicyDocument[]) {
  const set = compilePolicies([...builtinPolicies, ...policies], { revision: 1 });
  return new Viewers(() => set);
}

const [batch] = EventBatch.all(recorded);
const idsFor = (...asked: Parameters<EventBatch['for']>) => batch!.for(...asked).events.map(({ seq }) => seq);

describe('a batch of events', () => {
  it('is one piece for all clients with the same filter and the same audience', () => {
    const viewers = viewersUnder();
    const pieces = ['ada', 'ben'].map((id) => batch!.for(viewers.enter(person(id), '192.0.2.1'), {}));
    expect(pieces[0]!.events).toHaveLength(3);
    expect(pieces[1]!.frames).toBe(pieces[0]!.frames);
    expect(pieces[0]!.frames.equals(Buffer.concat(pieces[0]!.events.map(({ frame }) => frame)))).toBe(true);
    expect(pieces[0]!.blocks).toBe(pieces[0]!.events.map(({ block }) => block).join(''));
    expect(pieces[0]!.after(2).events.map(({ seq }) => seq)).toEqual([3]);
  });

  it('has one piece for each filter, and never one of another audience', () => {
    const viewers = viewersUnder();
    const ada = viewers.enter(person('ada'), '192.0.2.1');
    const nobody = viewers.enter(person('eve', { roles: [] }), '192.0.2.1');
    const statuses = { types: new Set(['TaskStatusChanged'] as const) };
    expect(idsFor(ada, statuses)).toEqual([1, 3]);
    expect(idsFor(ada, { taskId: 't1' })).toEqual([2]);
    expect(idsFor(ada, { ...statuses, taskId: 't1' })).toEqual([]);
    expect(idsFor(ada, {})).toEqual([1, 2, 3]);
    for (const filter of [statuses, { taskId: 't1' }, {}]) expect(idsFor(nobody, filter)).toEqual([]);
  });

  it.each([
    ['of the thing', "has(context.infra) && context.infra == 'secret'", { ada: [1, 2], ben: [1, 2] }],
    ['of the user', "user.username == 'ben'", { ada: [1, 2, 3], ben: [] }],
    ['of both', "user.username == 'ben' && context.infra == 'secret'", { ada: [1, 2, 3], ben: [1, 2] }],
    ['of where he is', "request.ip == '192.0.2.2'", { ada: [1, 2, 3], ben: [] }],
    [
      'of where, and of the thing',
      "request.ip == '192.0.2.2' && context.infra == 'secret'",
      { ada: [1, 2, 3], ben: [1, 2] },
    ],
    ['of the hour', 'request.time.getFullYear() > 2000', { ada: [], ben: [] }],
    ['that cannot be evaluated', "context.nothing == 'x'", { ada: [], ben: [] }],
  ])('leaves out what a condition denies: one %s', (_of, condition, expected) => {
    const viewers = viewersUnder(deny(condition));
    const [ada, ben] = [viewers.enter(person('ada'), '192.0.2.1'), viewers.enter(person('ben'), '192.0.2.2')];
    expect({ ada: idsFor(ada, {}), ben: idsFor(ben, {}) }).toEqual(expected);
  });

  it('leaves out what the owner of an API token is denied, even if the token has fewer roles', () => {
    const viewers = viewersUnder(deny("user.role == 'contractor' && context.infra == 'secret'"));
    const token = { roles: ['viewer'], sessionId: null };
    const owned = viewers.enter(person('a', { ...token, ownerRoles: ['viewer', 'contractor'] }), '192.0.2.1');
    const other = viewers.enter(person('b', { ...token, ownerRoles: ['viewer'] }), '192.0.2.1');
    expect([idsFor(owned, {}), idsFor(other, {})]).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });

  it('is evaluated again when the policies change', () => {
    let set = compilePolicies(builtinPolicies, { revision: 1 });
    const viewers = new Viewers(() => set);
    const [ada, ben] = ['ada', 'ben'].map((id) => viewers.enter(person(id), '192.0.2.1')) as [never, never];
    const [before] = EventBatch.all(recorded);
    expect(before!.for(ada, {}).events).toHaveLength(3);
    set = compilePolicies([...builtinPolicies, deny("user.username == 'ben'")], { revision: 2 });
    viewers.leave(viewers.enter(person('cleo'), '192.0.2.1'));
    const [after] = EventBatch.all(recorded);
    expect(after!.for(ada, {}).events).toHaveLength(3);
    expect(after!.for(ben, {}).events).toHaveLength(0);
  });
});
