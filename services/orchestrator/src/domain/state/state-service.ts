import { Failure, isFailure } from '@provisioning/errors';
import { unknownTask, type Snapshot, type TaskDetails } from '../task/task.js';
import type { BatchStore, FoundBatch } from '../batch/batch-store.js';
import type { Page } from '../page.js';
import type { SnapshotStore } from '../task/snapshot-store.js';
import type { StateStore, VisibleWork } from './state-store.js';
import type { TaskStore } from '../task/task-store.js';
import { progressOf, progressOfBatch, type WorkflowProgress } from '../workflow/progress.js';
import { systemHealth, type Fault } from './health.js';
import type { Statistics, SystemHealth, WorkflowCounts } from './state.js';

/** How the parts are asked whether they work, each within a limit; one throws when its part does not, a Failure to say why. */
export interface Probes {
  /** Whether what is given to it is stored. */
  storage: () => Promise<unknown>;
  monitoring: () => Promise<unknown>;
  /** Absent where there is no Redis. */
  queue: (() => Promise<unknown>) | undefined;
}

/** A task, or a batch with its operations. */
export type FoundWork = { task: TaskDetails } | FoundBatch;

/** The state of workflows (a task or a batch, by the same kind of id) and of the whole. */
export class StateService {
  constructor(
    private readonly store: StateStore,
    private readonly tasks: Pick<TaskStore, 'find' | 'recentDurations'>,
    private readonly batches: Pick<BatchStore, 'find'>,
    private readonly history: SnapshotStore,
    private readonly probes: Probes,
  ) {}

  /** A task or a batch, by its id. */
  async find(id: string): Promise<FoundWork> {
    const task = await this.tasks.find(id);
    if (task) return { task };
    const batch = await this.batches.find(id);
    if (!batch) throw unknownTask(id);
    return batch;
  }

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

  async snapshots(found: FoundWork, page: Page): Promise<{ snapshots: Snapshot[]; total: number }> {
    const owner = 'task' in found ? { taskId: found.task.id } : { batchId: found.batch.id };
    const listed = await this.history.list(owner, page);
    if (listed) return listed;
    throw new Failure(
      'malformed',
      `after must be the snapshot_id of a snapshot of this workflow: ${page.after} is none, or was dropped with its day. Leave after out to read from the newest on.`,
      {
        code: 'bad_parameter',
        details: [{ path: 'after', message: 'must be the snapshot_id of a snapshot of this workflow' }],
      },
    );
  }

  counts(visible: VisibleWork): Promise<WorkflowCounts> {
    return this.store.counts(visible);
  }

  statistics(visible: VisibleWork): Promise<Statistics> {
    return this.store.statistics(visible);
  }

  /** Every part is asked now. */
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
