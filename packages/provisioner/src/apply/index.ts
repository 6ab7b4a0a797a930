export { applyPlan, type Applied, type ApplyOptions } from './apply-plan.js';
export { Interrupted } from './interrupted.js';
export type { Outcome } from './outcome.js';
export { servers, summarize } from './summary.js';
export { waitUntilRunning } from './wait-until-running.js';
