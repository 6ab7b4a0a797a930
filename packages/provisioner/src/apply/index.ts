export { identity, recallChanges, type MadeChange } from './recall-changes.js';
export { applyPlan, type Applied, type ApplyOptions } from './apply-plan.js';
export { goingWith } from './going-with.js';
export { Interrupted } from './interrupted.js';
export { capitalized, intentReport, renderOutcome, resourceReport, type Outcome } from './outcome.js';
export { countsOf, failureOf, listed, resultData } from './result-data.js';
export { Telling } from './telling.js';
export { summarize } from './summary.js';
export { waitUntilRunning } from './wait-until-running.js';
