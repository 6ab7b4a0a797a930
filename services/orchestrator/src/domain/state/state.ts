/** What there ever was, counted as workflows: single ones and batches. */
export interface WorkflowCounts {
  total: number;
  active: number;
  completed: number;
  failed: number;
  cancelled: number;
}

export interface Statistics {
  totalWorkflows: number;
  /** Snapshots of workflows that have not ended. */
  activeSnapshots: number;
  /** Bytes that the state takes, indexes included. */
  storageBytes: number;
  /** Seconds from start to end of those that completed; null before the first. */
  averageDuration: number | null;
}

/** What is waiting and who is there to do it. */
export interface Workforce {
  aliveWorkers: number;
  /** Of those that live and can start no command: where they are, and why. */
  workerFaults: string[];
  /** Whether something could start and does not. */
  workWaits: boolean;
}

export type Health = 'Healthy' | 'Degraded' | 'Unhealthy';

export interface SystemHealth {
  overall: Health;
  components: {
    storage: Health;
    batchCoordinator: Health;
    monitoring: Health;
    workers: Health;
    /** Absent where there is no Redis: then nothing is missing. */
    queue?: Health;
  };
  /** Sentences that say why a part is not healthy, where that is known. */
  reasons: string[];
  checkedAt: Date;
}
