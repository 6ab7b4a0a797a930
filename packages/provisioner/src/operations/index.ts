export { DriverSet, type DriverSetOptions } from '../drivers/driver-set.js';
export { applyOperation } from './apply-operation.js';
export type { OperationContext, OperationResult } from './context.js';
export type {
  ClusterOperation,
  Operation,
  ServerConfig,
  ServerOperation,
  TaskservOperation,
} from './operation.js';
export { reconcileOperation, type Reconciliation } from './reconcile-operation.js';
export { surveyOperation, type Survey, type SurveyedInfra, type SurveyOperation } from './survey.js';
export { undoKey, undoOperation } from './undo-operation.js';
export {
  planBatchOperation,
  planWorkflowOperation,
  type BatchPlan,
  type BatchPlanOperation,
  type PlannedPart,
  type SettingsSource,
  type WorkflowPlanOperation,
} from './plan-batch.js';
