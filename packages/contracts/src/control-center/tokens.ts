import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence } from '../schemas/basics.js';
import { after, MAX_PAGE, paged } from '../schemas/paging.js';
import { apiTokenCreatedSchema, apiTokenSchema, tokenRequestSchema } from '../schemas/token.js';

const define = operationsUnder('control-center', 'Tokens');

/** `POST /tokens` */
export const createToken = define({
  id: 'createToken',
  method: 'post',
  path: '/tokens',
  summary: 'Create an API token for a program',
  description:
    'Its roles must be among your own, both when it is created and whenever it is used. The token is shown only in this response. An API token cannot create API tokens.',
  permission: 'self',
  body: tokenRequestSchema,
  idempotent: true,
  success: { status: 201, data: apiTokenCreatedSchema, location: true },
  errors: [409],
  addition: true,
});

/** `GET /tokens` */
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

/** `DELETE /tokens/{id}` */
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
