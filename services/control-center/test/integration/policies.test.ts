import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { builtinPolicies } from '@provisioning/policy';
import { startTestApi, type TestApi } from '../support/test-api.js';

type Body = Record<string, unknown>;

const NO_USER = '0199a8f2-0000-7000-8000-000000000001';
const rule = {
  effect: 'Allow',
  resource: 'servers:*',
  action: ['create', 'read'],
  condition: "user.role == 'admin'",
};

describe('policies', () => {
  let service: TestApi;
  let token: string;
  let names = 0;
  beforeAll(async () => {
    service = await startTestApi();
  });
  beforeEach(async () => {
    token = await service.token();
  });
  afterAll(() => service.close());

  const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: unknown, as = token) =>
    service.http[method](path)
      .auth(as, { type: 'bearer' })
      .send(body as object | undefined);
  const dataOf = <T = Body>(answer: { body: unknown }) => (answer.body as { data: T }).data;
  const newPolicy = (changes: Body = {}): Body => ({
    name: `policy_${(names += 1)}`,
    version: '1.0.0',
    rules: [rule],
    ...changes,
  });
  const create = async (changes: Body = {}, as = token) =>
    dataOf<{ id: string; name: string }>(await call('post', '/policies', newPolicy(changes), as).expect(201));
  const signedIn = async (...roles: string[]) => {
    const username = `user-${(names += 1)}`;
    const user = { username, email: `${username}@example.com`, password: 'secure_password', roles };
    const { id } = dataOf<{ id: string }>(await call('post', '/users', user).expect(201));
    return { id, username, token: await service.token(username, 'secure_password') };
  };
  const rows = (table: string) => service.api.opened.database(table);
  const revision = async () => Number((await rows('policy_revision').first<Body>())?.['revision']);

  it('are the built-in ones after the first start', async () => {
    const answer = await call('get', '/policies?limit=2').expect(200);
    expect(answer.headers['x-total-count']).toBe('5');
    const all = dataOf<Body[]>(await call('get', '/policies').expect(200));
    expect(all.map(({ name }) => name).sort()).toEqual(builtinPolicies.map(({ name }) => name).sort());
    expect(all[0]).toMatchObject({ enabled: true, version: '1.0.0', revision: 1 });
  });

  it('are not created again once an admin has deleted one', async () => {
    const [auditor] = dataOf<Body[]>(await call('get', '/policies').expect(200)).filter(
      ({ name }) => name === 'auditor_access_policy',
    );
    await call('delete', `/policies/${String(auditor?.['id'])}`).expect(200);
    await service.api.prepare(() => undefined);
    const names = dataOf<Body[]>(await call('get', '/policies').expect(200)).map(({ name }) => name);
    expect(names).not.toContain('auditor_access_policy');
    await create({ name: 'auditor_access_policy', rules: builtinPolicies[3]?.rules });
  });

  it('are created, read, changed and deleted as documented', async () => {
    const name = 'new_policy';
    const made = await call('post', '/policies', { name, version: '1.0.0', rules: [rule] }).expect(201);
    const { id } = dataOf<{ id: string }>(made);
    expect(dataOf(made)).toEqual({ id, name, version: '1.0.0' });
    expect(made.headers['location']).toBe(`/policies/${id}`);

    const read = await call('get', `/policies/${id}`).expect(200);
    expect(read.headers['etag']).toBe('"1"');
    expect(dataOf(read)).toMatchObject({ id, name, rules: [rule], enabled: true, description: null });

    const rules = [{ ...rule, action: ['read'] }];
    const updated = await call('put', `/policies/${id}`, { name: 'updated_policy', rules }).expect(200);
    expect(updated.body).toEqual({ success: true, data: 'Policy updated successfully' });
    expect(dataOf(await call('get', `/policies/${id}`))).toMatchObject({ name: 'updated_policy', rules });

    const gone = await call('delete', `/policies/${id}`).expect(200);
    expect(gone.body).toEqual({ success: true, data: 'Policy deleted successfully' });
    await call('get', `/policies/${id}`).expect(404);
    await call('put', `/policies/${id}`, { version: '2' }).expect(404);
    await call('delete', `/policies/${id}`).expect(404);
  });

  it('have unique names', async () => {
    const { name } = await create();
    expect((await call('post', '/policies', newPolicy({ name })).expect(409)).body).toMatchObject({
      code: 'policy_name_taken',
    });
    const other = await create();
    await call('put', `/policies/${other.id}`, { name }).expect(409);
  });

  it('keep a version of each change, with time and author, even after they are deleted', async () => {
    const { id, name } = await create();
    const editor = await signedIn('admin');
    await call('put', `/policies/${id}`, { version: '1.1.0', enabled: false }, editor.token).expect(200);
    const versions = dataOf<Body[]>(await call('get', `/policies/${id}/versions`).expect(200));
    expect(versions).toMatchObject([
      { revision: 2, name, version: '1.1.0', enabled: false, changed_by: editor.username, rules: [rule] },
      { revision: 1, name, version: '1.0.0', enabled: true, changed_by: 'admin', rules: [rule] },
    ]);
    await call('delete', `/policies/${id}`).expect(200);
    const answer = await call('get', `/policies/${id}/versions?limit=1`).expect(200);
    expect(answer.headers['x-total-count']).toBe('2');
    await call('get', `/policies/${NO_USER}/versions`).expect(404);
  });

  it('refuse a change that was made for an older revision', async () => {
    const { id } = await create();
    const change = (etag: string) => call('put', `/policies/${id}`, { version: '2' }).set('If-Match', etag);
    await change('"1"').expect(200);
    expect((await change('"1"').expect(412)).body).toMatchObject({ code: 'precondition_failed' });
    await call('delete', `/policies/${id}`).set('If-Match', '"1"').expect(412);
    await change('"2"').expect(200);
    await call('delete', `/policies/${id}`).set('If-Match', '"3"').expect(200);
  });

  it('are refused with the position of each fault, and nothing is stored', async () => {
    const before = await revision();
    const faulty = async (changes: Body) =>
      (await call('post', '/policies', newPolicy({ rules: [{ ...rule, ...changes }] })).expect(422)).body as {
        details: Body[];
      };
    const condition = "user.role == 'admin' &&\n  user.nme == 'x'";
    expect(await faulty({ condition })).toMatchObject({
      success: false,
      code: 'policy_invalid',
      details: [{ path: 'rules[0].condition', line: 2, column: 3 }],
    });
    expect(await faulty({ condition: 'user.role ==' })).toMatchObject({
      details: [{ path: 'rules[0].condition', line: 1, column: expect.any(Number) }],
    });
    expect((await faulty({ effect: 'allow' })).details[0]).toMatchObject({ path: 'rules[0].effect' });
    expect((await faulty({ action: ['drop'] })).details[0]).toMatchObject({ path: 'rules[0].action[0]' });
    for (const resource of ['things:*', 'servers', 'ser*ers:x', '*:x', '**', 'servers:\u0000', 'servers:']) {
      expect((await faulty({ resource })).details[0]).toMatchObject({ path: 'rules[0].resource' });
    }
    await call('post', '/policies', newPolicy({ version: 'a\u0000b' })).expect(422);
    const { id } = await create();
    await call('put', `/policies/${id}`, { rules: [{ ...rule, condition: 'nonsense(' }] }).expect(422);
    expect(dataOf(await call('get', `/policies/${id}`))).toMatchObject({ rules: [rule], revision: 1 });
    expect(await revision()).toBe(before + 1);
  });

  it('are created once for an Idempotency-Key, also for concurrent requests', async () => {
    const policy = newPolicy();
    const send = (body: Body, key = 'policy-key-1') =>
      call('post', '/policies', body).set('Idempotency-Key', key);
    const answers = await Promise.all([1, 2, 3, 4].map(() => send(policy)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => (body as { data: { id: string } }).data.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(3);
    expect((await send(newPolicy()).expect(409)).body).toMatchObject({ code: 'idempotency_key_reused' });
    await send(newPolicy({ name: 'admin_access_policy' }), 'policy-key-2').expect(409);
    await send(newPolicy(), 'policy-key-2').expect(201);
    await rows('idempotency_keys').update({ created_at: new Date(Date.now() - 25 * 3_600_000) });
    await send(newPolicy()).expect(201);
  });

  it('apply at once, for those they allow and those they deny', async () => {
    const { token: guest } = await signedIn('guest');
    await call('get', '/policies', undefined, guest).expect(403);
    const allow = { ...rule, resource: 'policies:*', action: ['read'], condition: "user.role == 'guest'" };
    const { id } = await create({ rules: [allow] });
    await call('get', '/policies', undefined, guest).expect(200);
    const deny = await create({ rules: [{ ...allow, effect: 'Deny' }] });
    await call('get', '/policies', undefined, guest).expect(403);
    await call('put', `/policies/${deny.id}`, { enabled: false }).expect(200);
    await call('get', '/policies', undefined, guest).expect(200);
    await call('delete', `/policies/${id}`).expect(200);
    await call('get', '/policies', undefined, guest).expect(403);
  });

  it('always leave a user who may change them', async () => {
    const builtin = dataOf<Body[]>(await call('get', '/policies?limit=1000')).find(
      ({ name }) => name === 'admin_access_policy',
    );
    const path = `/policies/${String(builtin?.['id'])}`;
    const locked = { body: expect.objectContaining({ code: 'no_policy_editor' }) as unknown };
    expect(await call('delete', path).expect(409)).toMatchObject(locked);
    expect(await call('put', path, { enabled: false }).expect(409)).toMatchObject(locked);
    expect(await call('put', path, { rules: [] }).expect(409)).toMatchObject(locked);
    const deny = newPolicy({ rules: [{ effect: 'Deny', resource: 'policies:*', action: ['update'] }] });
    expect(await call('post', '/policies', deny).expect(409)).toMatchObject(locked);
    // With another user who may, it is possible, if that user is enabled.
    const spare = { effect: 'Allow', resource: '*', action: ['*'], condition: "user.role == 'spare'" };
    await create({ rules: [spare] });
    const { id, token: other } = await signedIn('spare');
    await call('put', `/users/${id}`, { enabled: false }).expect(200);
    expect(await call('put', path, { enabled: false }).expect(409)).toMatchObject(locked);
    await call('put', `/users/${id}`, { enabled: true }).expect(200);
    await call('put', path, { enabled: false }).expect(200);
    await call('get', '/users').expect(403);
    const again = await service.token(await usernameOf(id), 'secure_password');
    await call('put', path, { enabled: true }, again).expect(200);
    await call('get', '/users').expect(200);
    await call('get', '/users', undefined, other).expect(401);
  });
  const usernameOf = async (id: string) =>
    String((await rows('users').where({ id }).first<Body>())?.['username']);

  it('grant nothing that their writer does not hold', async () => {
    const may = (resource: string, action: string[], condition?: string) => ({
      effect: 'Allow',
      resource,
      action,
      ...(condition === undefined ? {} : { condition }),
    });
    await create({
      rules: [
        may('policies:*', ['*'], "user.role == 'writer'"),
        may('servers:test-*', ['create'], "user.role == 'writer'"),
      ],
    });
    const { token: writer } = await signedIn('writer');
    const refused = { body: { code: 'grant_not_held', error: expect.stringContaining('delete servers:') } };
    const own = await create({ rules: [may('servers:test-a', ['create'])] }, writer);
    const path = `/policies/${own.id}`;
    for (const granted of [may('servers:test-a', ['delete']), may('servers:*', ['delete', 'create'])]) {
      expect(
        await call('post', '/policies', newPolicy({ rules: [granted] }), writer).expect(403),
      ).toMatchObject(refused);
      expect(await call('put', path, { rules: [granted] }, writer).expect(403)).toMatchObject(refused);
    }
    await call(
      'put',
      path,
      { rules: [{ ...may('*', ['*']), effect: 'Deny', resource: 'tasks:x' }] },
      writer,
    ).expect(200);
    // A policy that is switched off grants nothing: switching it on does.
    const off = await create({ rules: [may('servers:*', ['delete'])], enabled: false }, writer);
    await call('put', `/policies/${off.id}`, { enabled: true }, writer).expect(403);
    await call('put', `/policies/${off.id}`, { version: '2' }, writer).expect(200);
    // Another user's rules stay, regardless of who changes the policy beside them.
    await call('put', `/policies/${off.id}`, { enabled: true }).expect(200);
    await call('put', `/policies/${off.id}`, { version: '3' }, writer).expect(200);
  });

  it('are in the audit trail with the values before and after, or are not changed at all', async () => {
    const { id, name } = await create();
    const tasks = { effect: 'Allow', resource: 'batches:*', action: ['read'] };
    await call('put', `/policies/${id}`, { version: '2', rules: [rule, tasks] }).expect(200);
    await call('delete', `/policies/${id}`).expect(200);
    const records = (await rows('audit_log')
      .where({ resource: `policies/${id}` })
      .orderBy('seq')) as { action: string; details: string; username: string; result: string }[];
    expect(records.map(({ action, username }) => [action, username])).toEqual([
      ['policy.create', 'admin'],
      ['policy.update', 'admin'],
      ['policy.delete', 'admin'],
    ]);
    expect(JSON.parse(records[1]?.details ?? '')).toEqual({
      name,
      revision: { before: 1, after: 2 },
      changes: { version: { before: '1.0.0', after: '2' } },
      rules: { removed: [], added: [tasks] },
    });

    const kept = await create();
    const { database } = service.api.opened;
    const before = await revision();
    await database.raw('alter table audit_log rename to audit_log_away');
    try {
      await call('put', `/policies/${kept.id}`, { version: '2' }).expect(503);
      await call('post', '/policies', newPolicy({ name: 'unwritten' })).expect(503);
    } finally {
      await database.raw('alter table audit_log_away rename to audit_log');
    }
    expect(await revision()).toBe(before);
    expect(dataOf(await call('get', `/policies/${kept.id}`))).toMatchObject({ version: '1.0.0' });
    expect(await rows('policies').where({ name: 'unwritten' })).toEqual([]);
  });

  it('share one revision, which grows in the order of the changes', async () => {
    const before = await revision();
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => create()));
    expect(await revision()).toBe(before + made.length);
    const sets = (await rows('policy_versions').whereIn(
      'policy_id',
      made.map(({ id }) => id),
    )) as { set_revision: string }[];
    expect(sets.map(({ set_revision }) => Number(set_revision)).sort((a, b) => a - b)).toEqual(
      made.map((_, index) => before + 1 + index),
    );
  });

  it('that require approval are stored with a warning where too few people can give it', async () => {
    const approve = (approval: Body) => ({
      rules: [{ effect: 'RequireApproval', resource: 'servers:careful-*', action: ['*'], approval }],
    });
    const lacking = await create(approve({ count: 2, roles: ['approver'] }));
    expect(lacking).toMatchObject({
      warnings: [
        { path: 'rules[0].approval', message: expect.stringContaining('0 users with the role approver') },
      ],
    });
    const rules = approve({ count: 2, roles: ['approver'] });
    const { body: validated } = await call('post', '/policies/validate', rules).expect(200);
    expect(validated.data).toMatchObject({ valid: true, warnings: [{ path: 'rules[0].approval' }] });
    const updated = await call('put', `/policies/${String(lacking['id'])}`, rules).expect(200);
    expect(dataOf(updated)).toBe(
      'Policy updated successfully, but: rules[0].approval cannot be satisfied: it requires 2 approvals, and 0 users with the role approver can approve plans.',
    );
    await signedIn('approver');
    await signedIn('approver');
    const { body: fulfillable } = await call('post', '/policies/validate', rules).expect(200);
    expect(fulfillable.data).toEqual({ valid: true, problems: [] });
    const alone = await create(approve({ count: 2, roles: ['approver'], distinct_from: ['submitter'] }));
    expect(alone).toMatchObject({
      warnings: [{ message: expect.stringContaining('one of the approvers submits') }],
    });
    expect(await create(approve({ count: 2, roles: ['approver'] }))).not.toHaveProperty('warnings');
    const question = { principal: { roles: ['operator'] }, action: 'create', resource: 'servers:careful-1' };
    const { body } = await call('post', '/policies/simulate', question).expect(200);
    expect(body.data).toMatchObject({
      decision: 'NEEDS_APPROVAL',
      approvals: [{ count: 2 }, { count: 2 }, { count: 2 }],
    });
    await call('post', '/policies', newPolicy(approve({ count: 0 }))).expect(422);
  });
});
