export { ProvisioningClient } from './client.js';
export { ProvisioningError } from './error.js';
export type { EventOptions } from './events.js';
export { EVENT_TYPES } from './generated/event-types.js';
export type { ArgumentsOf, ControlCenterMethods, OrchestratorMethods, Page, Tagged } from './operations.js';
export type { ClientOptions, RetryOptions, TokenProvider, WebSocketConstructor } from './options.js';
export type { CallOptions } from './request.js';
export { hasBatchEnded, hasTaskEnded, type WaitOptions } from './wait.js';
export { verifyWebhook, type VerifyWebhookOptions, type WebhookHeaders } from './webhook.js';
