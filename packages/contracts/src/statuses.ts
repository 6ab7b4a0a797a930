// Kept apart from the schemas, so that a program that needs only these words does not load the schema library.

/** The statuses of a task. */
export const TASK_STATUSES = ['Pending', 'Running', 'Completed', 'Failed', 'Cancelled'] as const;
/** One of {@link TASK_STATUSES}. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** The kinds of tasks. */
export const TASK_KINDS = ['workflow', 'batch_operation', 'rollback', 'survey'] as const;

/** The statuses of a batch and of its operations. */
export const BATCH_STATUSES = [
  'Pending',
  'Running',
  'Completed',
  'Failed',
  'Cancelled',
  'RollingBack',
  'RolledBack',
] as const;
/** One of {@link BATCH_STATUSES}. */
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** The statuses of a rollback. */
export const ROLLBACK_STATUSES = ['Pending', 'Running', 'Completed', 'Failed'] as const;

/** The statuses of a plan. */
export const PLAN_STATUSES = [
  'Planning',
  'Planned',
  'Approved',
  'Executing',
  'Executed',
  'Failed',
  'Rejected',
  'Expired',
  'Stale',
  'Cancelled',
] as const;
/** One of {@link PLAN_STATUSES}. */
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** The states of an entry of the journal. */
export const JOURNAL_STATES = [
  'intended',
  'done',
  'failed',
  'undoing',
  'undone',
  'undo_failed',
  'unknown',
] as const;

/** The states of a delivery of a webhook. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

/** The kinds of resources. */
export const RESOURCE_KINDS = ['server', 'taskserv', 'cluster'] as const;
/** One of {@link RESOURCE_KINDS}. */
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Why a task waits. */
export const WAITING_REASONS = ['lock', 'limit', 'dependency', 'retry', 'worker', 'held'] as const;

/** The periods that `GET /state/system/series` covers, up to now. */
export const SERIES_RANGES = ['1h', '24h', '7d'] as const;
/** One of {@link SERIES_RANGES}. */
export type SeriesRange = (typeof SERIES_RANGES)[number];
