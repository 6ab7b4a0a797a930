import type { Logger, PeriodicJob } from '@provisioning/runtime';
import type { LeaseSweep } from '../domain/worker/lease-sweep.js';
import type { MaintenanceStore } from '../domain/worker/maintenance-store.js';
import { OldRowsDeletion, type RetentionPeriods } from '../domain/worker/old-rows.js';
import type { ExecutorSupervisor } from '../execution/executor-supervisor.js';
import type { VersionWatch } from './version-watch.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the jobs of a worker process need. */
export interface WorkerJobParts {
  leaseSweep: LeaseSweep;
  /** Seconds between two sweeps. */
  sweepSeconds: number;
  maintenance: MaintenanceStore;
  periods: RetentionPeriods;
  supervisor: Pick<ExecutorSupervisor, 'checkSilence'>;
  /** Has the executor claim nothing more. */
  drain: () => Promise<void>;
  version: VersionWatch;
  /** The jobs of the queue; absent where there is no Redis. */
  queue: { follow: () => Promise<void>; promote: () => Promise<void> } | undefined;
  log: Pick<Logger, 'info'>;
}

/** Every periodic job of a worker process. Its executor, a process of its own, has a list of its own. */
export function workerJobs(parts: WorkerJobParts): PeriodicJob[] {
  const { leaseSweep, maintenance, periods, supervisor, drain, version, queue, log } = parts;
  const oldRows = new OldRowsDeletion(maintenance, periods);
  return [
    ...queueJobs(queue),
    {
      name: 'lease_sweep',
      intervalMs: parts.sweepSeconds * 1000,
      failure: 'the tasks of lost workers could not be looked for',
      run: () => leaseSweep.sweep(),
    },
    {
      name: 'executor_silence',
      intervalMs: 1_000,
      jitter: 0,
      startsLater: true,
      failure: 'the executor could not be checked',
      run: () => supervisor.checkSilence(),
    },
    {
      name: 'schema_version',
      intervalMs: 5_000,
      startsLater: true,
      failure: 'the version of the schema could not be read',
      run: () => version.check(drain),
    },
    {
      name: 'partitions',
      intervalMs: HOUR_MS,
      failure: 'the partitions of the coming days could not be created',
      run: () => maintenance.preparePartitions(),
    },
    {
      name: 'old_partitions',
      intervalMs: HOUR_MS,
      failure: 'old logs, events and snapshots could not be dropped',
      run: async () => {
        const dropped = await maintenance.dropOldPartitions(periods.retentionDays);
        if (dropped.length > 0)
          log.info('old logs, events and snapshots were dropped', { days: periods.retentionDays, dropped });
      },
    },
    {
      name: 'old_rows',
      intervalMs: 5 * MINUTE_MS,
      startsLater: true,
      failure: 'old work, deliveries and idempotency keys could not be deleted',
      run: () => oldRows.run(),
    },
    {
      name: 'tallies',
      intervalMs: 10_000,
      failure: 'the counts of the metrics could not be summed up',
      run: () => maintenance.sumTallies(),
    },
  ];
}

/** What keeps the jobs of the queue in the state of their work. */
function queueJobs(queue: WorkerJobParts['queue']): PeriodicJob[] {
  if (!queue) return [];
  return [
    {
      // Woken when a job was taken.
      name: 'queue_follow',
      intervalMs: 500,
      failure: 'the jobs of the queue do not show how far their work is',
      run: () => queue.follow(),
    },
    {
      name: 'queue_promote',
      intervalMs: 1_000,
      failure: 'delayed jobs of the queue do not show whether their work has started',
      run: () => queue.promote(),
    },
  ];
}
