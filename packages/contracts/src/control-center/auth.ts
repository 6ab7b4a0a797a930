import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import {
  changePasswordSchema,
  loginRequestSchema,
  loginResultSchema,
  refreshRequestSchema,
  refreshResultSchema,
  sessionSchema,
} from '../schemas/session.js';

const define = operationsUnder('control-center', 'Authentication');

export const login = define({
  id: 'login',
  method: 'post',
  path: '/auth/login',
  summary: 'Authenticate user and get JWT token',
  description:
    'Unknown user, wrong password and disabled user are the same 401. With MFA on and no code it is `mfa_required`, with a wrong one `mfa_invalid`. `mfa_missing`: the secret of the second factor is gone, and an admin has to reset it.',
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

export const refresh = define({
  id: 'refresh',
  method: 'post',
  path: '/auth/refresh',
  summary: 'Refresh JWT token',
  description:
    'The old token is dead at once in both services. Presented again later, it ends the whole session.',
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

export const logout = define({
  id: 'logout',
  method: 'post',
  path: '/auth/logout',
  summary: 'Logout and invalidate token',
  permission: 'self',
  forMfaEnrollment: true,
  success: { status: 200, data: sentence, example: 'Successfully logged out' },
});

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

export const endSession = define({
  id: 'endSession',
  method: 'delete',
  path: '/auth/sessions/{id}',
  summary: 'End one of your own sessions',
  description: 'Somebody else’s session is 404.',
  permission: 'self',
  params: byId,
  success: { status: 200, data: sentence, example: 'Session ended' },
  errors: [404],
  addition: true,
});

export const changePassword = define({
  id: 'changePassword',
  method: 'post',
  path: '/auth/password',
  summary: 'Change your own password',
  description:
    'Asks for the present one, and for a code where there is a second factor. Ends all of your other sessions, and your API tokens.',
  permission: 'self',
  body: changePasswordSchema,
  success: { status: 200, data: sentence, example: 'Password changed' },
  addition: true,
});
