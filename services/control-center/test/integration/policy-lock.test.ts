import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callerOf } from '../support/api-caller.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

const deny = (resource: string, action: string[], condition?: string) => ({
  effect: 'Deny',
  resource,
  action,
  ...(condition === undefined ? {} : { condition }),
});
const allow = (...of: Parameters<typeof deny>) => ({ ...deny(...of), effect: 'Allow' });

describe('policies are never locked', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeEach(async () => {
    service = await startTestApi();
    api = callerOf(service);
  });
  afterEach(() => service.close());

  const codeOf = async (answer: ReturnType<typeof api.call>) => {
    const { status, body } = await answer;
    return [status, (body as { code?: string }).code];
  };
  const LOCKED = [409, 'no_policy_editor'];
  const write = (...rules: unknown[]) =>
    codeOf(api.call('post', '/policies', { name: `p-${Math.random()}`, version: '1', rules }));

  it.each([
    ['some ids', deny('policies:0*', ['update'])],
    ['one id, which may come', deny('policies:0199a8f2-0000-7000-8000-000000000001', ['delete'])],
    ['a path', deny('*', ['*'], "request.path.startsWith('/policies')")],
    ['an address', deny('policies:*', ['read'], "request.ip != '10.9.8.7'")],
    ['an hour', deny('policies:*', ['create'], 'request.time.getHours() > 22')],
    ['a method', deny('*', ['*'], "request.method == 'PUT'")],
    ['a context that requests may have', deny('*', ['*'], "has(context.name) && context.name == 'x'")],
    ['a condition that fails', deny('*', ['*'], 'context.infra.size() > 100')],
    ['every admin', deny('policies:*', ['delete'], "user.role == 'admin'")],
  ])('by a Deny of %s', async (_what, rule) => {
    expect(await write(rule)).toEqual(LOCKED);
    // The same policy cannot be switched on when it was written while switched off.
    const body = { name: 'off', version: '1', rules: [rule], enabled: false };
    const { id } = api.dataOf<{ id: string }>(await api.call('post', '/policies', body));
    expect(await codeOf(api.call('put', `/policies/${id}`, { enabled: true }))).toEqual(LOCKED);
    // It is allowed once another user exists whom it does not bind.
    if (rule.condition !== "user.role == 'admin'") return;
    await api.policy([allow('policies:*', ['*'], "user.role == 'keeper'")]);
    await api.signedIn('keeper');
    expect(await write(rule)).toEqual([201, undefined]);
  });

  const builtinPath = async () => {
    const all = api.dataOf<{ id: string; name: string }[]>(await api.call('get', '/policies'));
    return `/policies/${all.find(({ name }) => name === 'admin_access_policy')!.id}`;
  };

  it('by a change of the last user who controls them', async () => {
    const keepers = await api.policy([
      allow('*', ['*'], "user.role == 'keeper' && user.email != 'late@example.com'"),
    ]);
    const [one, two] = [await api.signedIn('keeper'), await api.signedIn('keeper')];
    const as = (token: string, ...[method, path, body]: Parameters<typeof api.call>) =>
      codeOf(api.call(method, path, body, token));
    const DONE = [200, undefined];
    expect(await as(one.token, 'put', await builtinPath(), { enabled: false })).toEqual(DONE);
    // A second one whose factor is missing cannot sign in, and does not count.
    const { database } = service.api.opened;
    await database('users').where({ id: two.id }).update({ mfa_enabled: true });
    const own = `/users/${one.id}`;
    for (const change of [{ enabled: false }, { roles: ['other'] }, { email: 'late@example.com' }]) {
      expect(await as(one.token, 'put', own, change)).toEqual(LOCKED);
    }
    expect(await as(one.token, 'delete', own)).toEqual(LOCKED);
    await database('users').where({ id: two.id }).update({ mfa_enabled: false });
    expect(await as(one.token, 'delete', own)).toEqual(DONE);
    expect(await as(two.token, 'delete', `/policies/${keepers}`)).toEqual(LOCKED);
  });

  it('by two concurrent changes, each of which relies on the other’s user', async () => {
    await api.policy([allow('*', ['*'], "user.role == 'keeper'")]);
    const keepers = await Promise.all([1, 2, 3].map(() => api.signedIn('keeper')));
    const [first] = keepers;
    await api.call('put', await builtinPath(), { enabled: false }, first!.token);
    const outcomes = await Promise.all(
      keepers.map(({ id, token }) => codeOf(api.call('put', `/users/${id}`, { enabled: false }, token))),
    );
    expect(outcomes.filter(([status]) => status === 200)).toHaveLength(2);
    expect(outcomes.filter(([, code]) => code === 'no_policy_editor')).toHaveLength(1);
  });
});
