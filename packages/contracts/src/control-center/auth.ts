import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { allowedRequestSchema, allowedSchema, meSchema, MOST_QUESTIONS } from '../schemas/account.js';
import {
  changePasswordSchema,
  loginRequestSchema,
  loginResultSchema,
  refreshRequestSchema,
  refreshResultSchema,
  restoredRequestSchema,
  sessionSchema,
} from '../schemas/session.js';

const define = operationsUnder('control-center', 'Authentication');

/** `POST /auth/login` */
export const login = define({
  id: 'login',
  method: 'post',
  path: '/auth/login',
  summary: 'Authenticate user and get JWT token',
  description:
    'An unknown user, a wrong password and a disabled user return the same 401. With MFA enabled, a missing code returns `mfa_required` and a wrong one `mfa_invalid`. `mfa_missing` means that the stored MFA secret is lost; an administrator must reset MFA for the user.',
  permission: 'public',
  rateClass: 'auth',
  body: loginRequestSchema,
  example: { username: 'admin', password: 'secure_password', mfa_code: '123456' },
  moreExamples: { quickstart: { username: 'admin', password: 'password', mfa_code: '123456' } },
  success: {
    status: 200,
    data: loginResultSchema,
    example: {
      token: 'jwt-token-string',
      expires_at: '2025-09-26T18:00:00Z',
      user: { id: 'user-uuid', username: 'admin', email: 'admin@example.com', roles: ['admin', 'operator'] },
    },
  },
  errors: [401, 503],
});

/** `POST /auth/refresh` */
export const refresh = define({
  id: 'refresh',
  method: 'post',
  path: '/auth/refresh',
  summary: 'Refresh JWT token',
  description:
    'The old token is revoked immediately in both services. Reuse of a revoked token ends the whole session.',
  permission: 'public',
  rateClass: 'auth',
  body: refreshRequestSchema,
  example: { token: 'current-jwt-token' },
  success: {
    status: 200,
    data: refreshResultSchema,
    example: { token: 'new-jwt-token', expires_at: '2025-09-26T18:00:00Z' },
  },
  errors: [401],
});

/** `POST /auth/logout` */
export const logout = define({
  id: 'logout',
  method: 'post',
  path: '/auth/logout',
  summary: 'Logout and invalidate token',
  permission: 'self',
  forMfaEnrollment: true,
  success: { status: 200, data: sentence, example: 'Successfully logged out' },
});

/** `GET /auth/me` */
export const me = define({
  id: 'me',
  method: 'get',
  path: '/auth/me',
  summary: 'Get your own account and what the token may be used for',
  permission: 'self',
  forMfaEnrollment: true,
  success: { status: 200, data: meSchema },
  addition: true,
});

/** `POST /auth/allowed` */
export const whatMayI = define({
  id: 'whatMayI',
  method: 'post',
  path: '/auth/allowed',
  summary: 'Ask what the policies would allow you to do',
  description:
    'Answers each question in order. Nothing is executed and nothing is logged. The resource `type:*` stands for any object of the type. `depends`: the answer follows from values that the question does not give. The decision is made again when you act.',
  permission: 'self',
  body: allowedRequestSchema,
  example: {
    questions: [
      { action: 'create', resource: 'servers:production', context: { infra: 'production' } },
      { action: 'cancel', resource: 'tasks:*' },
    ],
  },
  success: { status: 200, data: listOf(allowedSchema, MOST_QUESTIONS) },
  addition: true,
});

/** `GET /auth/sessions` */
export const listSessions = define({
  id: 'listSessions',
  method: 'get',
  path: '/auth/sessions',
  summary: 'List your own sessions',
  permission: 'self',
  query: paged({}),
  success: { status: 200, data: listOf(sessionSchema, MAX_PAGE), list: after('id') },
  addition: true,
});

/** `DELETE /auth/sessions` */
export const endOtherSessions = define({
  id: 'endOtherSessions',
  method: 'delete',
  path: '/auth/sessions',
  summary: 'End all your other sessions',
  description: 'The session of the request goes on. API tokens stay valid.',
  permission: 'self',
  success: { status: 200, data: sentence, example: 'Other sessions ended' },
  addition: true,
});

/** `POST /auth/restored` */
export const endAllAccess = define({
  id: 'endAllAccess',
  method: 'post',
  path: '/auth/restored',
  summary: 'End every session and API token because the database was restored from a backup',
  description:
    'Numbers of audit records, revocations and policy revisions jump, so that none that was used after the backup is used again.',
  permission: { resource: 'users:*', action: 'restore' },
  body: restoredRequestSchema,
  example: { username: 'admin' },
  success: { status: 200, data: sentence, example: 'Every session and API token has ended. Sign in again.' },
  addition: true,
});

/** `DELETE /auth/sessions/{id}` */
export const endSession = define({
  id: 'endSession',
  method: 'delete',
  path: '/auth/sessions/{id}',
  summary: 'End one of your own sessions',
  description: 'The session of another user returns 404.',
  permission: 'self',
  params: byId,
  success: { status: 200, data: sentence, example: 'Session ended' },
  errors: [404],
  addition: true,
});

/** `POST /auth/password` */
export const changePassword = define({
  id: 'changePassword',
  method: 'post',
  path: '/auth/password',
  summary: 'Change your own password',
  description:
    'Requires the current password, and an MFA code if MFA is enabled. Ends all your other sessions and revokes your API tokens.',
  permission: 'self',
  body: changePasswordSchema,
  success: { status: 200, data: sentence, example: 'Password changed' },
  addition: true,
});
