export { parseReport } from './parse-report.js';
export { createReporter, type Reporter } from './reporter.js';
export {
  ACTS,
  MAX_REPORT_BYTES,
  RESOURCE_ACTIONS,
  STEP_STATES,
  type ErrorReport,
  type IntentReport,
  type PlannedReport,
  type PlanReport,
  type Report,
  type ResourceAction,
  type ResourceReport,
  type ResultReport,
  type StepReport,
  type StepState,
} from './types.js';
