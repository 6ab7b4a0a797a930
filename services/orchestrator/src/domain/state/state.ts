/** Numbers of all workflows: single ones and batches. */
export interface WorkflowCounts {
  total: number;
  active: number;
  completed: number;
  failed: number;
  cancelled: number;
}

/** The size of a table with its indexes and partitions. */
interface TableSize {
  name: string;
  /** An estimate. */
  rows: number;
  bytes: number;
}

/** Statistics of all workflows. */
export interface Statistics {
  totalWorkflows: number;
  /** Number of snapshots of workflows that have not ended. */
  activeSnapshots: number;
  tables: TableSize[];
  /** Average seconds from start to end of completed workflows; null without any. */
  averageDuration: number | null;
}

/** The workers and the work that waits for them. */
export interface Workforce {
  aliveWorkers: number;
  /** Host and reason of each live worker that cannot start commands. */
  workerFaults: string[];
  /** Whether a ready task has been waiting for more than a minute. */
  workWaits: boolean;
}

/** The health of a component. */
export type Health = 'Healthy' | 'Degraded' | 'Unhealthy';

/** The health of the platform and of its components. */
export interface SystemHealth {
  overall: Health;
  components: {
    storage: Health;
    batchCoordinator: Health;
    monitoring: Health;
    workers: Health;
    /** Absent without Redis. */
    queue?: Health;
  };
  /** Why components are not healthy, as sentences. */
  reasons: string[];
  checkedAt: Date;
}
