export { createApp, type AppOptions } from './app.js';
export type { Authenticator, ServiceAuthenticator } from './authenticate.js';
export { authorize, type AccessRequest, type Authorizer, type Permission } from './authorize.js';
export {
  asksOfRows,
  asksOfStored,
  on,
  type Asked,
  type Asks,
  principalOf,
  sessionOf,
  type Binding,
  type Handler,
  type HandlerRequest,
  type IdempotencyKey,
  type Unpermitted,
} from './bind.js';
export { clientNetwork } from './client-network.js';
export { createInternalApp, type InternalAppOptions } from './internal-app.js';
export { loggedDecision, matchedRules } from './logged-decision.js';
export { conditionErrorCounter, policyAuthorizer, type TakenDecision } from './policy-authorizer.js';
export { rateLimiters, type RateLimits, type RateLimitTrip } from './rate-limit.js';
export type { Refusal, RefusalLog } from './refusals.js';
export { RefusedTokenCounter, type RefusedTokens } from './refused-tokens.js';
export { asFailure } from './send-error.js';
export { page, reply, stream, type Reply } from './reply.js';
export { presentRequirement } from './present-requirement.js';
export { questionOf } from './question.js';
export { timeRange, type TimeRange } from './time-range.js';
export { stateOf } from './request-state.js';
export { queryReader } from './read-parameters.js';
export { bodyCheck } from './validate.js';
export type { Principal } from './principal.js';
