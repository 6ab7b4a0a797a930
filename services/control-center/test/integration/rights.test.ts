import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callerOf } from '../support/api-caller.js';
import { startTestApi, type TestApi } from '../support/test-api.js';

type Person = Awaited<ReturnType<ReturnType<typeof callerOf>['signedIn']>>;

const allow = (resource: string, action: string[], condition?: string) => ({
  effect: 'Allow',
  resource,
  action,
  ...(condition === undefined ? {} : { condition }),
});
const deny = (...of: Parameters<typeof allow>) => ({ ...allow(...of), effect: 'Deny' });

/** The result of a request: done, or why not. */
const outcomeOf = ({ status, body }: { status: number; body: unknown }) =>
  status === 200 || status === 201 ? status : (body as { code: string }).code;

describe('a writer changes neither what binds the writer nor a user with more rights', () => {
  let service: TestApi;
  let api: ReturnType<typeof callerOf>;
  beforeAll(async () => {
    service = await startTestApi();
    api = callerOf(service);
    await api.policy([
      allow('users:*', ['*'], "user.role == 'helpdesk'"),
      allow('policies:*', ['*'], "user.role == 'editor'"),
      allow('servers:*', ['*'], "user.role == 'builder'"),
      deny('servers:prod*', ['*'], "user.role == 'held'"),
    ]);
  });
  afterAll(() => service.close());

  const as = ({ token }: Person, ...[method, path, body]: Parameters<typeof api.call>) =>
    api.call(method, path, body, token);

  describe('of users', () => {
    let helper: Person;
    beforeEach(async () => {
      helper = await api.signedIn('helpdesk');
    });

    const ACTS: [what: string, act: (id: string) => Parameters<typeof api.call>, code: string][] = [
      [
        'a new address',
        (id) => ['put', `/users/${id}`, { email: `taken-${id}@example.com` }],
        'higher_rights',
      ],
      ['disabling', (id) => ['put', `/users/${id}`, { enabled: false }], 'higher_rights'],
      ['demoting', (id) => ['put', `/users/${id}`, { roles: ['helpdesk'] }], 'higher_rights'],
      [
        'a new password',
        (id) => ['put', `/users/${id}`, { password: 'another_secure_one' }],
        'grant_not_held',
      ],
      ['ending the sessions', (id) => ['delete', `/users/${id}/sessions`], 'higher_rights'],
      ['resetting the second factor', (id) => ['delete', `/users/${id}/mfa`], 'higher_rights'],
      ['deleting', (id) => ['delete', `/users/${id}`], 'higher_rights'],
    ];

    it.each(ACTS)('%s is refused on an admin, and allowed on a peer', async (_what, act, code) => {
      const [admin, peer] = [await api.signedIn('admin'), await api.signedIn('helpdesk')];
      expect(outcomeOf(await as(helper, ...act(admin.id)))).toBe(code);
      expect(outcomeOf(await as(helper, ...act(peer.id)))).toBe(200);
      expect(outcomeOf(await as(admin, ...act((await api.signedIn('admin')).id)))).toBe(200);
    });

    it('rights count, not only roles: an address can give them, and a Deny can remove them from the writer', async () => {
      await api.policy([
        allow('state:*', ['read'], "user.email.endsWith('@ops.example.com')"),
        deny('users:*', ['read'], "user.role == 'blind'"),
      ]);
      const ops = await api.signedIn('helpdesk');
      await api.call('put', `/users/${ops.id}`, { email: `${ops.username}@ops.example.com` });
      expect(outcomeOf(await as(helper, 'put', `/users/${ops.id}`, { enabled: false }))).toBe(
        'higher_rights',
      );
      // Removing the address is forbidden to them as well as setting it.
      const email = 'mine@ops.example.com';
      expect(outcomeOf(await as(helper, 'put', `/users/${helper.id}`, { email }))).toBe('grant_not_held');
      const password = 'secure_password';
      const made = { username: 'a-new-one', email, password, roles: ['helpdesk'] };
      expect(outcomeOf(await as(helper, 'post', '/users', made))).toBe('grant_not_held');

      const blind = await api.signedIn('helpdesk', 'blind');
      expect(outcomeOf(await as(blind, 'delete', `/users/${helper.id}/sessions`))).toBe('higher_rights');
      expect(outcomeOf(await as(blind, 'put', `/users/${blind.id}`, { roles: ['helpdesk'] }))).toBe(
        'grant_not_held',
      );
    });

    it('a user’s own address or role is free where no rule depends on it', async () => {
      const email = `free-${helper.id}@example.com`;
      expect(outcomeOf(await as(helper, 'put', `/users/${helper.id}`, { email }))).toBe(200);
      const double = await api.signedIn('helpdesk', 'idle');
      expect(outcomeOf(await as(double, 'put', `/users/${double.id}`, { roles: ['helpdesk'] }))).toBe(200);
    });

    it('an admin changes their own address, but not one that a Deny refers to', async () => {
      const admin = await api.signedIn('admin');
      const changeTo = async (name: string) =>
        outcomeOf(
          await api.call('put', `/users/${admin.id}`, { email: `${name}@example.com` }, await token()),
        );
      const token = () => service.token(admin.username, 'secure_password');
      expect(await changeTo('caught')).toBe(200);
      await api.policy([deny('servers:vault', ['*'], "user.email == 'caught@example.com'")]);
      expect(await changeTo('escaped')).toBe('grant_not_held');
      const own = { password: 'another_secure_one' };
      expect(outcomeOf(await api.call('put', `/users/${admin.id}`, own, await token()))).toBe(200);
      // Another admin is not bound by it.
      expect(outcomeOf(await api.call('put', `/users/${admin.id}`, { email: 'e@example.com' }))).toBe(200);
    });

    it('no user removes their own second factor without a code', async () => {
      const admin = await api.signedIn('admin');
      expect(outcomeOf(await as(admin, 'delete', `/users/${admin.id}/mfa`))).toBe('grant_not_held');
    });

    it('an API token is limited to its own rights, also on its owner', async () => {
      const owner = await api.signedIn('admin', 'helpdesk');
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      const made = await as(owner, 'post', '/tokens', { name: 'small', roles: ['helpdesk'], expires_at });
      const { token } = api.dataOf<{ token: string }>(made);
      const change = { email: `moved-${owner.id}@example.com` };
      expect(outcomeOf(await api.call('put', `/users/${owner.id}`, change, token))).toBe('higher_rights');
    });
  });

  describe('of policies', () => {
    const policyOf = async (...rules: unknown[]) => {
      const id = await api.policy(rules);
      return {
        path: `/policies/${id}`,
        all: (person: Person): Promise<(string | number)[]> =>
          Promise.all([
            as(person, 'put', `/policies/${id}`, { rules: [] }).then(outcomeOf),
            as(person, 'put', `/policies/${id}`, { enabled: false }).then(outcomeOf),
            as(person, 'delete', `/policies/${id}`).then(outcomeOf),
          ]),
      };
    };
    const REFUSED = ['grant_not_held', 'grant_not_held', 'grant_not_held'];

    it('a Deny that binds its editor cannot be deleted, narrowed or switched off by them', async () => {
      const bound = await api.signedIn('editor', 'builder', 'held2');
      const { path, all } = await policyOf(deny('servers:prod*', ['*'], "user.role == 'held2'"));
      expect(await all(bound)).toEqual(REFUSED);
      for (const rule of [
        deny('servers:prod-1', ['*'], "user.role == 'held2'"),
        deny('servers:prod*', ['delete'], "user.role == 'held2'"),
        deny('servers:prod*', ['*'], "user.role == 'held2' && request.ip == '::1'"),
      ]) {
        expect(outcomeOf(await as(bound, 'put', path, { rules: [rule] }))).toBe('grant_not_held');
      }
      // A user who holds what it denies may remove it.
      const free = await api.signedIn('editor', 'builder');
      expect(outcomeOf(await as(free, 'put', path, { rules: [] }))).toBe(200);
    });

    it('restoring a version without the Deny is a change like any other', async () => {
      const bound = await api.signedIn('editor', 'builder', 'held3');
      const { path } = await policyOf(allow('tasks:x', ['read'], "user.role == 'none'"));
      const rules = [deny('servers:prod*', ['*'], "user.role == 'held3'")];
      await api.call('put', path, { rules });
      const versions = api.dataOf<{ revision: number; rules: unknown[] }[]>(
        await api.call('get', `${path}/versions`),
      );
      const first = versions.find(({ revision }) => revision === 1)!;
      expect(outcomeOf(await as(bound, 'put', path, { rules: first.rules }))).toBe('grant_not_held');
    });

    it('a right that its editor could not grant again cannot be removed', async () => {
      const editor = await api.signedIn('editor');
      const builtin = api
        .dataOf<{ id: string; name: string }[]>(await api.call('get', '/policies?limit=1000'))
        .find(({ name }) => name === 'admin_access_policy')!;
      expect(outcomeOf(await as(editor, 'delete', `/policies/${builtin.id}`))).toBe('grant_not_held');
      const { all } = await policyOf(allow('servers:*', ['read'], "user.role == 'x'"));
      expect(await all(editor)).toEqual(REFUSED);
    });

    it('a Deny that binds users with more rights must bind its writer as well', async () => {
      const editor = await api.signedIn('editor');
      const write = async (...rules: unknown[]) =>
        outcomeOf(
          await as(editor, 'post', '/policies', { name: `by-editor-${(names += 1)}`, version: '1', rules }),
        );
      let names = 0;
      expect(await write(deny('servers:*', ['*'], "user.role == 'admin'"))).toBe('higher_rights');
      expect(await write(deny('servers:*', ['*'], "user.role != 'editor'"))).toBe('higher_rights');
      expect(await write(deny('servers:*', ['*'], "user.role == 'a-role-of-no-user'"))).toBe(201);
      expect(await write(deny('servers:brake', ['*']))).toBe(201);
    });

    it('an admin removes a Deny that binds all admins, but not one that binds only them', async () => {
      const admin = await api.signedIn('admin');
      const emergency = await policyOf(deny('servers:prod*', ['*']));
      expect(outcomeOf(await as(admin, 'delete', emergency.path))).toBe(200);
      const aimed = await policyOf(deny('servers:prod*', ['*'], `user.username == '${admin.username}'`));
      expect(await aimed.all(admin)).toEqual(REFUSED);
      expect(outcomeOf(await api.call('delete', aimed.path))).toBe(200);
    });
  });
});
