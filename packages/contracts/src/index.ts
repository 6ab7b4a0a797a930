export { ACTIONS, type Action } from './actions.js';
export * from './operation.js';
export * from './operations.js';
export { buildOpenApi, type OpenApiOptions } from './openapi.js';
export { errorStatusesOf } from './openapi/error-responses.js';
export { EVENT_EXAMPLE, METRICS_EXAMPLE, PAYLOAD_EXAMPLE } from './document-examples.js';

// Each operation by its name, for handlers and clients.
export * from './orchestrator/batches.js';
export * from './orchestrator/events.js';
export * from './orchestrator/hold.js';
export * from './orchestrator/plans.js';
export * from './orchestrator/platform.js';
export * from './orchestrator/rollback.js';
export * from './orchestrator/state.js';
export * from './orchestrator/system.js';
export * from './orchestrator/tasks.js';
export * from './orchestrator/webhooks.js';
export * from './orchestrator/workflows.js';
export * from './control-center/audit.js';
export * from './control-center/auth.js';
export * from './control-center/decisions.js';
export * from './control-center/internal.js';
export * from './control-center/mfa.js';
export * from './control-center/policies.js';
export * from './control-center/system.js';
export * from './control-center/tokens.js';
export * from './control-center/users.js';

export * from './statuses.js';
export * from './webhook-events.js';

// Types of what is sent over the wire, and schemas that are checked outside the operations.
export { errorBodySchema, successEnvelope, type ErrorBody, type ErrorDetail } from './schemas/envelope.js';
export { isUuid } from './schemas/basics.js';
export {
  EVENT_TYPES,
  eventSchema,
  followEventsQuery,
  subscribeMessageSchema,
  webSocketQuery,
  webhookPayloadSchema,
} from './schemas/event.js';
export { BATCH_OPERATION_TYPES } from './schemas/batch-request.js';
export {
  MOST_RECORDS,
  POLICY_BUNDLE_PURPOSE,
  POLICY_FORMAT_PREFERENCE,
  policyBundlePayloadSchema,
} from './schemas/internal.js';
export type * from './schemas/account.js';
export type * from './schemas/audit.js';
export type * from './schemas/batch.js';
export type * from './schemas/batch-request.js';
export type * from './schemas/decision.js';
export type * from './schemas/event.js';
export type { Version } from './schemas/health.js';
export type * from './schemas/internal.js';
export type * from './schemas/mfa.js';
export type * from './schemas/plan.js';
export type * from './schemas/hold.js';
export type * from './schemas/platform.js';
export type * from './schemas/approval.js';
export type * from './schemas/policy.js';
export type * from './schemas/resource.js';
export type * from './schemas/rollback.js';
export type * from './schemas/session.js';
export type * from './schemas/state.js';
export type * from './schemas/stored-plan.js';
export type * from './schemas/task.js';
export type * from './schemas/token.js';
export type * from './schemas/user.js';
export type * from './schemas/webhook.js';
export type * from './schemas/workflow.js';
