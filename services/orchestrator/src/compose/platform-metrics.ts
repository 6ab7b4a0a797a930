import type { Logger } from '@provisioning/runtime';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Ends, FiguresStore, PlatformFigures } from '../domain/state/figures.js';
import { StoredHistogram } from './stored-histogram.js';

/**
 * The counts of the whole platform in Postgres at the time of the scrape: the same from every API process, correct for any
 * number of workers, and never decreasing. While Postgres is away they are absent and `orchestrator_figures_up` is 0; the
 * process's own metrics are still there.
 */
export function platformMetrics(registry: Registry, store: FiguresStore, log: Logger): void {
  const read = oncePerScrape(async () => {
    try {
      return await store.read();
    } catch (error) {
      log.debug('no figures for /metrics', { error });
      return undefined;
    }
  });
  const registers = [registry];

  const counter = (name: string, help: string, valueOf: (figures: PlatformFigures) => number) =>
    new Counter({
      name,
      help,
      registers,
      async collect() {
        const figures = await read();
        this.reset();
        if (figures) this.inc(valueOf(figures));
        else this.remove();
      },
    });
  const endings = (name: string, help: string, endsOf: (figures: PlatformFigures) => Ends) =>
    new Counter({
      name,
      help,
      labelNames: ['status'] as const,
      registers,
      async collect() {
        const figures = await read();
        this.reset();
        for (const [status, count] of Object.entries(figures ? endsOf(figures) : {})) {
          this.inc({ status: labelOf(status) }, count);
        }
      },
    });
  const gauge = (name: string, help: string, valueOf: (figures: PlatformFigures) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const figures = await read();
        if (figures) this.set(valueOf(figures));
        else this.remove();
      },
    });
  const gauges = (
    name: string,
    help: string,
    label: 'status' | 'state',
    valuesOf: (figures: PlatformFigures) => Readonly<Record<string, number>>,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      async collect() {
        const figures = await read();
        this.reset();
        for (const [key, value] of Object.entries(figures ? valuesOf(figures) : {})) {
          this.set({ [label]: labelOf(key) }, value);
        }
      },
    });

  endings('orchestrator_tasks_total', 'Total number of tasks', ({ tasks }) => tasks.ended);
  new StoredHistogram('orchestrator_task_duration_seconds', 'Task execution duration', registry, async () => {
    const figures = await read();
    return figures?.tasks.durations;
  });
  counter('orchestrator_tasks_submitted_total', 'Tasks accepted', ({ tasks }) => tasks.submitted);
  endings('orchestrator_batches_total', 'Batches that have ended', ({ batches }) => batches.ended);
  new StoredHistogram('orchestrator_batch_duration_seconds', 'Batch duration', registry, async () => {
    const figures = await read();
    return figures?.batches.durations;
  });
  counter('orchestrator_batches_submitted_total', 'Batches accepted', ({ batches }) => batches.submitted);
  endings('orchestrator_rollbacks_total', 'Rollbacks that have ended', ({ rollbacks }) => rollbacks.ended);

  endings('orchestrator_plans_total', 'Times that plans have reached a status', ({ plans }) => plans.reached);
  gauge(
    'orchestrator_plan_longest_wait_seconds',
    'How long ago the oldest plan that waits for approval was made',
    ({ plans }) => plans.longestWait,
  );

  gauges('orchestrator_open_tasks', 'Tasks that have not ended', 'status', ({ openTasks }) => openTasks);
  gauges(
    'orchestrator_open_batches',
    'Batches that have not ended',
    'status',
    ({ openBatches }) => openBatches,
  );
  gauge(
    'orchestrator_queue_depth',
    'Tasks that are ready and wait for a worker',
    ({ openTasks }) => openTasks['Ready'] ?? 0,
  );
  gauge(
    'orchestrator_queue_oldest_age_seconds',
    'How long the task that has waited longest for a worker has been ready',
    ({ oldestReady }) => oldestReady,
  );
  gauges(
    'orchestrator_infra_locks',
    'Workflows that hold the lock of an infra, and those that wait for one',
    'state',
    ({ locks: { held, waiting } }) => ({ held, waiting }),
  );
  gauge(
    'orchestrator_infra_lock_longest_wait_seconds',
    'How long the workflow that has waited longest has waited for the lock of its infra',
    ({ locks }) => locks.longestWait,
  );
  gauges(
    'orchestrator_workers',
    'Workers with a valid lease, and workers whose lease has ended and that were not declared dead',
    'state',
    ({ workers: { alive, overdue } }) => ({ alive, overdue }),
  );
  gauge(
    'orchestrator_worker_shortest_lease_seconds',
    'Remaining time of the lease that ends first',
    ({ workers }) => workers.shortestLease,
  );
  gauge(
    'orchestrator_journal_open_entries',
    'Changes at a provider that were begun and are not settled yet',
    ({ openJournalEntries }) => openJournalEntries,
  );
  new Gauge({
    name: 'orchestrator_figures_up',
    help: 'Whether Postgres gave the figures of this scrape',
    registers,
    async collect() {
      this.set((await read()) ? 1 : 0);
    },
  });
}

/** `RetryWait` → `retry_wait`. */
function labelOf(status: string): string {
  return status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}

/** All metrics of one scrape, and of concurrent scrapes, use one query. */
export function oncePerScrape<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () =>
    (underWay ??= read().finally(() => {
      underWay = undefined;
    }));
}
