import { Failure, isFailure } from '@provisioning/errors';
import { unknownTask, type Snapshot, type TaskDetails } from '../task/task.js';
import type { BatchStore, FoundBatch } from '../batch/batch-store.js';
import type { Page } from '../page.js';
import type { SnapshotStore } from '../task/snapshot-store.js';
import type { StateStore, VisibleWork } from './state-store.js';
import type { TaskStore } from '../task/task-store.js';
import { progressOf, progressOfBatch, type WorkflowProgress } from '../workflow/progress.js';
import type { VisibleTasks } from '../access/visibility.js';
import { systemHealth, type Fault } from './health.js';
import { SERIES_RANGES, type Series } from './series.js';
import type { Statistics, SystemHealth, WorkflowCounts } from './state.js';

/** Probes of components, each with a time limit. A probe rejects if its component does not work, with a Failure that says why. */
export interface Probes {
  /** Whether the storage accepts writes. */
  storage: () => Promise<unknown>;
  monitoring: () => Promise<unknown>;
  /** Undefined without Redis. */
  queue: (() => Promise<unknown>) | undefined;
}

/** A task, or a batch with its operations. */
export type FoundWork = { task: TaskDetails } | FoundBatch;

/** The state of workflows (tasks and batches, by id) and of the platform. */
export class StateService {
  constructor(
    private readonly store: StateStore,
    private readonly tasks: Pick<TaskStore, 'find' | 'recentDurations'>,
    private readonly batches: Pick<BatchStore, 'find'>,
    private readonly history: SnapshotStore,
    private readonly probes: Probes,
  ) {}

  /** Finds a task or a batch. @throws Failure `not_found` (`task_not_found`) */
  async find(id: string): Promise<FoundWork> {
    const task = await this.tasks.find(id);
    if (task) return { task };
    const batch = await this.batches.find(id);
    if (!batch) throw unknownTask(id);
    return batch;
  }

  /** How far a task or batch is. */
  async progress(found: FoundWork): Promise<WorkflowProgress> {
    if ('task' in found) {
      const { task } = found;
      const durations = task.completedAt ? [] : await this.tasks.recentDurations(task.name, task.checkMode);
      return progressOf(task, durations);
    }
    const { batch, operations } = found;
    const durations = batch.completedAt ? [] : await this.store.recentBatchDurations(batch.name);
    return progressOfBatch(batch, operations, durations);
  }

  /** Snapshots, newest first. @throws Failure `malformed` (`bad_parameter`) if `page.after` is not one of its snapshots */
  async snapshots(found: FoundWork, page: Page): Promise<{ snapshots: Snapshot[]; total: number }> {
    const owner = 'task' in found ? { taskId: found.task.id } : { batchId: found.batch.id };
    const listed = await this.history.list(owner, page);
    if (listed) return listed;
    throw new Failure(
      'malformed',
      `after must be the snapshot_id of a snapshot of this workflow. ${page.after} is not, or its snapshots were deleted (RETENTION_DAYS). Omit after to start with the newest.`,
      {
        code: 'bad_parameter',
        details: [{ path: 'after', message: 'must be the snapshot_id of a snapshot of this workflow' }],
      },
    );
  }

  /** Numbers of workflows. */
  counts(visible: VisibleWork): Promise<WorkflowCounts> {
    return this.store.counts(visible);
  }

  /** Statistics of workflows. */
  statistics(visible: VisibleWork): Promise<Statistics> {
    return this.store.statistics(visible);
  }

  /** Numbers of tasks over a period that ends now. */
  series(range: keyof typeof SERIES_RANGES, visible: VisibleTasks | undefined): Promise<Series> {
    return this.store.series(SERIES_RANGES[range], visible);
  }

  /** Probes every component now. */
  async health(): Promise<SystemHealth> {
    const { probes } = this;
    const [workforce, storage, monitoring, queue] = await Promise.all([
      this.store.workforce().catch(() => undefined),
      faultOf(probes.storage, 'The database does not answer.'),
      faultOf(probes.monitoring, 'The metrics cannot be read.'),
      probes.queue && faultOf(probes.queue, 'Redis does not answer.'),
    ]);
    return systemHealth({ workforce, storage, monitoring, queue: probes.queue && { fault: queue } });
  }
}

async function faultOf(probe: () => Promise<unknown>, otherwise: string): Promise<Fault> {
  return probe().then(
    () => undefined,
    (error: unknown) => (isFailure(error) ? error.message : otherwise),
  );
}
