/** What the addresses of the infrastructure pages hold beside their paths. */
import type { ResourceKind } from '@provisioning/contracts';
import { PLAN_STATUSES, ROLLBACK_STATUSES } from '@provisioning/contracts/statuses';
import { defined, numberFrom, oneOf, someOf, text, type Given } from './search-values.js';

export const RESOURCE_KINDS = ['server', 'taskserv', 'cluster'] as const satisfies readonly ResourceKind[];

/** The search of `/inventory`. */
export interface InventoryFilters {
  infra?: string;
  kind?: ResourceKind;
  provider?: string;
  page?: number;
}

/** The search of `/journal`. */
export interface JournalFilters {
  infra?: string;
  kind?: ResourceKind;
  name?: string;
  /** The id of a task. */
  task?: string;
  /** The id of a batch. */
  batch?: string;
  page?: number;
}

/** The search of `/drift`. */
export interface DriftSearch {
  infra?: string;
}

/** The search of `/checkpoints`. */
export interface CheckpointFilters {
  page?: number;
}
/** The search of `/rollbacks`. */
export interface RollbackFilters {
  status?: (typeof ROLLBACK_STATUSES)[number][];
  page?: number;
}
/** The search of `/plans`. */
export interface PlanFilters {
  status?: (typeof PLAN_STATUSES)[number][];
  infra?: string;
  /** Only plans for which an approval of the user is missing. */
  waiting?: 'me';
  page?: number;
}

/** What is undone: exactly one of these. */
export interface RollbackSearch {
  /** The id of a checkpoint: every change made after it. */
  checkpoint?: string;
  /** Ids of operations, separated by commas. */
  operations?: string;
  /** The id of a batch: everything it changed that has not been undone. */
  batch?: string;
  /** The id of a checkpoint whose state is restored from the providers. */
  restore?: string;
}

export const inventoryFilters = (given: Given): InventoryFilters =>
  defined({
    infra: text(given['infra']),
    kind: oneOf(RESOURCE_KINDS, given['kind']),
    provider: text(given['provider']),
    page: numberFrom(given['page'], 2),
  });

export const journalFilters = (given: Given): JournalFilters =>
  defined({
    infra: text(given['infra']),
    kind: oneOf(RESOURCE_KINDS, given['kind']),
    name: text(given['name']),
    task: text(given['task']),
    batch: text(given['batch']),
    page: numberFrom(given['page'], 2),
  });

export const driftSearch = (given: Given): DriftSearch => defined({ infra: text(given['infra']) });

export const checkpointFilters = (given: Given): CheckpointFilters =>
  defined({ page: numberFrom(given['page'], 2) });

export const rollbackFilters = (given: Given): RollbackFilters =>
  defined({ status: someOf(ROLLBACK_STATUSES, given['status']), page: numberFrom(given['page'], 2) });

export const planFilters = (given: Given): PlanFilters =>
  defined({
    status: someOf(PLAN_STATUSES, given['status']),
    infra: text(given['infra']),
    waiting: oneOf(['me'], given['waiting']),
    page: numberFrom(given['page'], 2),
  });

export const rollbackSearch = (given: Given): RollbackSearch =>
  defined({
    checkpoint: text(given['checkpoint']),
    operations: text(given['operations']),
    batch: text(given['batch']),
    restore: text(given['restore']),
  });

export const WORKFLOW_KINDS = ['servers', 'taskserv', 'cluster'] as const;
export const WORKFLOW_OPERATIONS = ['create', 'delete'] as const;

/** The search of `/submit`: fields that are filled in already. */
export interface SubmitSearch {
  kind?: (typeof WORKFLOW_KINDS)[number];
  operation?: (typeof WORKFLOW_OPERATIONS)[number];
  infra?: string;
  /** The path of a settings file below the folder of the infra. */
  settings?: string;
  /** The task service, or the type of the cluster. */
  name?: string;
  /** The id of the task that made the preview which is shown. */
  plan?: string;
}

export const submitSearch = (given: Given): SubmitSearch =>
  defined({
    kind: oneOf(WORKFLOW_KINDS, given['kind']),
    operation: oneOf(WORKFLOW_OPERATIONS, given['operation']),
    infra: text(given['infra']),
    settings: text(given['settings']),
    name: text(given['name']),
    plan: text(given['plan']),
  });
