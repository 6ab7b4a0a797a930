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

/** `POST /policies/validate` */
export const validatePolicy = define({
  id: 'validatePolicy',
  method: 'post',
  path: '/policies/validate',
  summary: 'Validate policy rules without storing them',
  permission: { resource: 'policies:*', action: 'read' },
  body: validateRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  success: { status: 200, data: validateResultSchema, example: { valid: true, problems: [] } },
  addition: true,
});

/** `POST /policies/simulate` */
export const simulatePolicies = define({
  id: 'simulatePolicies',
  method: 'post',
  path: '/policies/simulate',
  summary: 'Simulate a policy decision and show the rules that decided',
  description:
    'Uses the enabled policies. `policies` replaces them; `changed`, `enable` and `disable` modify them for this request. Nothing is stored.',
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

/** `POST /policies/replay` */
export const replayDecisions = define({
  id: 'replayDecisions',
  method: 'post',
  path: '/policies/replay',
  summary: 'Replay logged decisions and list those that would differ',
  description:
    'Covers the logged decisions of a period: denials and allowed changes. Uses the enabled policies, or others as in `POST /policies/simulate`; `enable` tests a stored policy before it is enabled. `questions` are decided in addition to the log: they show what a release that asks more questions would refuse, before it is deployed.',
  permission: { resource: 'policies:*', action: 'simulate' },
  body: replayRequestSchema,
  bodyLimit: POLICY_BODY_LIMIT,
  success: { status: 200, data: replayResultSchema },
  addition: true,
});

/** `GET /decisions/{id}` */
export const getDecision = define({
  id: 'getDecision',
  method: 'get',
  path: '/decisions/{id}',
  summary: 'Get a logged decision: user, action, resource and the rules that decided',
  permission: { resource: 'audit:*', action: 'read' },
  params: byId,
  success: { status: 200, data: decisionSchema },
  errors: [404],
  addition: true,
});
