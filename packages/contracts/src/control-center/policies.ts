import { operationsUnder } from '../operation.js';
import { byId, listOf, sentence } from '../schemas/basics.js';
import { after, afterNumber, MAX_PAGE, paged, pagedBy } from '../schemas/paging.js';
import {
  POLICY_BODY_LIMIT,
  policyChangeSchema,
  policyCreatedSchema,
  policyRequestSchema,
  policySchema,
  policyVersionSchema,
} from '../schemas/policy.js';

const define = operationsUnder('control-center', 'Policies');

const rule = {
  effect: 'Allow',
  resource: 'servers:*',
  action: ['create', 'read'],
  condition: "user.role == 'admin'",
};

/** `GET /policies` */
export const listPolicies = define({
  id: 'listPolicies',
  method: 'get',
  path: '/policies',
  summary: 'List all policies',
  permission: { resource: 'policies:*', action: 'read' },
  query: paged({}),
  success: {
    status: 200,
    data: listOf(policySchema, MAX_PAGE),
    list: after('id'),
    example: [
      {
        id: 'policy-uuid',
        name: 'admin_access_policy',
        version: '1.0.0',
        rules: [rule],
        created_at: '2025-09-26T10:00:00Z',
        enabled: true,
      },
    ],
  },
});

/** `POST /policies` */
export const createPolicy = define({
  id: 'createPolicy',
  method: 'post',
  path: '/policies',
  summary: 'Create new policy',
  description: 'A rule that does not parse returns 422 with its line and column; nothing is stored.',
  permission: { resource: 'policies:*', action: 'create' },
  body: policyRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  idempotent: true,
  example: { name: 'new_policy', version: '1.0.0', rules: [rule] },
  success: {
    status: 201,
    data: policyCreatedSchema,
    location: true,
    example: { id: 'new-policy-uuid', name: 'new_policy', version: '1.0.0' },
  },
  errors: [409],
});

/** `GET /policies/{id}` */
export const getPolicy = define({
  id: 'getPolicy',
  method: 'get',
  path: '/policies/{id}',
  summary: 'Get a policy',
  permission: { resource: 'policies:{params.id}', action: 'read' },
  params: byId,
  success: { status: 200, data: policySchema },
  errors: [404],
  addition: true,
});

/** `PUT /policies/{id}` */
export const updatePolicy = define({
  id: 'updatePolicy',
  method: 'put',
  path: '/policies/{id}',
  summary: 'Update policy',
  description:
    'Omitted fields keep their value; the previous version is kept. The change applies in both services within 2 s. It must not grant or remove a right that you do not hold (403 `grant_not_held`), nor restrict only users with more rights than you (403 `higher_rights`). 409 `no_policy_editor` if no user would be certain to be able to change every policy.',
  permission: { resource: 'policies:{params.id}', action: 'update' },
  params: byId,
  body: policyChangeSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  example: { name: 'updated_policy', rules: [rule] },
  success: { status: 200, data: sentence, example: 'Policy updated successfully' },
  errors: [404, 409, 412],
});

/** `DELETE /policies/{id}` */
export const deletePolicy = define({
  id: 'deletePolicy',
  method: 'delete',
  path: '/policies/{id}',
  summary: 'Delete a policy',
  description:
    '403 `grant_not_held` if the policy grants a right that you do not hold, or denies something to you. 409 `no_policy_editor` if no user would be certain to be able to change every policy.',
  permission: { resource: 'policies:{params.id}', action: 'delete' },
  params: byId,
  success: { status: 200, data: sentence, example: 'Policy deleted successfully' },
  errors: [404, 409, 412],
  addition: true,
});

/** `GET /policies/{id}/versions` */
export const listPolicyVersions = define({
  id: 'listPolicyVersions',
  method: 'get',
  path: '/policies/{id}/versions',
  summary: 'List the versions of a policy',
  permission: { resource: 'policies:{params.id}', action: 'read' },
  params: byId,
  query: pagedBy({ after: afterNumber('revision', 2_147_483_647) }),
  success: { status: 200, data: listOf(policyVersionSchema, MAX_PAGE), list: after('revision') },
  errors: [404],
  addition: true,
});
