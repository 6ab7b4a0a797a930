// Written by generate.mjs from the contract. Do not edit.

/** The types of events of `/ws` and `/events`. */
export const EVENT_TYPES = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'LogEntry',
  'PlanStatusChanged',
] as const;
