import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { apiTokenCreatedSchema, apiTokenSchema, tokenRequestSchema } from '../schemas/token.js';

const define = operationsUnder('control-center', 'Tokens');

export const createToken = define({
  id: 'createToken',
  method: 'post',
  path: '/tokens',
  summary: 'Create an API token for a program',
  description:
    'Its roles are among your own, when it is made and whenever it is used. It is shown this once. API tokens make no API tokens.',
  permission: 'self',
  body: tokenRequestSchema,
  idempotent: true,
  success: { status: 201, data: apiTokenCreatedSchema, location: true },
  errors: [409],
  addition: true,
});

export const listTokens = define({
  id: 'listTokens',
  method: 'get',
  path: '/tokens',
  summary: 'List your API tokens',
  permission: 'self',
  query: paged({}),
  success: { status: 200, data: listOf(apiTokenSchema, MAX_PAGE), list: after('id') },
  addition: true,
});

export const deleteToken = define({
  id: 'deleteToken',
  method: 'delete',
  path: '/tokens/{id}',
  summary: 'Revoke an API token',
  permission: 'self',
  params: byId,
  success: { status: 200, data: sentence, example: 'Token revoked' },
  errors: [404],
  addition: true,
});
