export { createApp, type AppOptions } from './app.js';
export type { Authenticator, ServiceAuthenticator } from './authenticate.js';
export type { AccessRequest, Authorizer } from './authorize.js';
export {
  on,
  principalOf,
  sessionOf,
  type Binding,
  type Handler,
  type HandlerRequest,
  type IdempotencyKey,
  type Principal,
} from './bind.js';
export { clientNetwork } from './client-network.js';
export { loggedDecision, matchedRules } from './logged-decision.js';
export { policyAuthorizer, type TakenDecision } from './policy-authorizer.js';
export type { RateLimits, RateLimitTrip } from './rate-limit.js';
export type { Refusal, RefusalLog } from './refusals.js';
export { page, reply, stream, type Reply } from './reply.js';
