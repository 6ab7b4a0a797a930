import { operationsUnder } from '../operation.js';
import { byId } from '../schemas/basics.js';
import {
  decisionSchema,
  replayRequestSchema,
  replayResultSchema,
  simulateRequestSchema,
  simulateResultSchema,
  validateRequestSchema,
  validateResultSchema,
} from '../schemas/decision.js';
import { POLICY_BODY_LIMIT } from '../schemas/policy.js';

const define = operationsUnder('control-center', 'Policies');

export const validatePolicy = define({
  id: 'validatePolicy',
  method: 'post',
  path: '/policies/validate',
  summary: 'Check rules without storing them',
  permission: { resource: 'policies:*', action: 'read' },
  body: validateRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  success: { status: 200, data: validateResultSchema, example: { valid: true, problems: [] } },
  addition: true,
});

export const simulatePolicies = define({
  id: 'simulatePolicies',
  method: 'post',
  path: '/policies/simulate',
  summary: 'Ask what the policies would decide, and which rule',
  description:
    'By the policies in force; with `policies`, by those instead; with `changed`, `enable` and `disable`, by those in force but for that. Changes nothing.',
  permission: { resource: 'policies:*', action: 'simulate' },
  body: simulateRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  example: {
    principal: { username: 'newuser', roles: ['operator'] },
    action: 'create',
    resource: 'servers:production',
    context: { infra: 'production', check_mode: false },
  },
  success: { status: 200, data: simulateResultSchema },
  addition: true,
});

export const replayDecisions = define({
  id: 'replayDecisions',
  method: 'post',
  path: '/policies/replay',
  summary: 'Decide again what was decided, and tell what would differ',
  description:
    'Over the logged decisions of a time: denials, and changes that were allowed. By the policies in force, or others as in `POST /policies/simulate`: `enable` tries a stored policy before it is switched on.',
  permission: { resource: 'policies:*', action: 'simulate' },
  body: replayRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  success: { status: 200, data: replayResultSchema },
  addition: true,
});

export const getDecision = define({
  id: 'getDecision',
  method: 'get',
  path: '/decisions/{id}',
  summary: 'Get a decision: who asked for what, and which rules decided',
  permission: { resource: 'audit:*', action: 'read' },
  params: byId,
  success: { status: 200, data: decisionSchema },
  errors: [404],
  addition: true,
});
