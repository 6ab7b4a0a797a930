import { totpCode } from './totp-code.js';
import type { TestApi } from './test-api.js';

export const PASSWORD = 'secure_password';

type Method = 'get' | 'post' | 'put' | 'delete';

/** Calls as a user: `await call(service, token)('post', '/tokens', body)`. */
export function callAs(service: TestApi, token: string) {
  return (method: Method, path: string, body?: object) =>
    service.http[method](path).auth(token, { type: 'bearer' }).send(body);
}

export function dataOf<T>(answer: { body: unknown }): T {
  return (answer.body as { data: T }).data;
}

let names = 0;

/** Creates a user as the admin. */
export async function addUser(
  service: TestApi,
  roles: readonly string[] = ['viewer'],
): Promise<{ id: string; username: string }> {
  const username = `person-${(names += 1)}`;
  const body = { username, email: `${username}@example.com`, password: PASSWORD, roles };
  const answer = await callAs(service, await service.token())('post', '/users', body).expect(201);
  return { id: dataOf<{ id: string }>(answer).id, username };
}

/** Sets up a second factor for the owner of the token, with the code of `now`. */
export async function setUpMfa(
  service: TestApi,
  token: string,
  now: Date,
  password = PASSWORD,
): Promise<{ secret: string; recoveryCodes: string[] }> {
  const call = callAs(service, token);
  const enrolled = await call('post', '/auth/mfa/enroll', { password }).expect(200);
  const { secret } = dataOf<{ secret: string }>(enrolled);
  const confirmed = await call('post', '/auth/mfa/confirm', { code: totpCode(secret, now) }).expect(200);
  return { secret, recoveryCodes: dataOf<{ recovery_codes: string[] }>(confirmed).recovery_codes };
}

/** The records of the audit trail about a user, oldest first. */
export async function auditOf(
  service: TestApi,
  userId: string,
): Promise<{ action: string; result: string; details: Record<string, unknown> }[]> {
  const rows = (await service.api.opened
    .database('audit_log')
    .where({ resource: `users/${userId}` })
    .orWhere({ user_id: userId })
    .orderBy('seq')) as { action: string; result: string; details: string }[];
  return rows.map(({ action, result, details }) => ({
    action,
    result,
    details: JSON.parse(details) as Record<string, unknown>,
  }));
}
