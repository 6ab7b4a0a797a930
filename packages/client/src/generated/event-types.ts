// Written by generate.mjs from the contract. Do not edit.

/** Every type of event that `/ws` and `/events` send. */
export const EVENT_TYPES = [
  'TaskStatusChanged',
  'BatchOperationUpdate',
  'WorkflowProgressUpdate',
  'SystemHealthUpdate',
  'LogEntry',
] as const;
