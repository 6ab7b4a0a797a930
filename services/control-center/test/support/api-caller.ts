import type { TestApi } from './test-api.js';

type Body = Record<string, unknown>;

/** Calls a test's service as its admin, or as the given user. */
export function callerOf(service: TestApi) {
  let names = 0;
  let admin: string | undefined;
  const call = async (
    method: 'get' | 'post' | 'put' | 'delete',
    path: string,
    body?: unknown,
    as?: string,
  ) => {
    admin ??= await service.token();
    return service.http[method](path)
      .auth(as ?? admin, { type: 'bearer' })
      .send(body as object | undefined);
  };
  const dataOf = <T = Body>(answer: { body: unknown }) => (answer.body as { data: T }).data;
  return {
    call,
    dataOf,
    /** A new user with these roles. */
    signedIn: async (...roles: string[]) => {
      const username = `user-${(names += 1)}`;
      const user = { username, email: `${username}@example.com`, password: 'secure_password', roles };
      const { id } = dataOf<{ id: string }>(await call('post', '/users', user));
      return { id, username, token: await service.token(username, 'secure_password') };
    },
    /** @returns the id of a new policy. */
    policy: async (rules: unknown[], enabled = true) => {
      const name = `a policy ${(names += 1)}`;
      return dataOf<{ id: string }>(await call('post', '/policies', { name, version: '1', rules, enabled }))
        .id;
    },
  };
}
