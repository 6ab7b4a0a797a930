import { Gauge, type Registry } from 'prom-client';
import type { JobCounts } from '../jobs/work-queue.js';
import { oncePerScrape } from './platform-metrics.js';

/** Number of jobs in the queue; absent while Redis does not answer. What waits for work is counted in Postgres, too. */
export function queueMetrics(registry: Registry, counts: () => Promise<JobCounts>): void {
  const current = oncePerScrape((): Promise<Partial<JobCounts>> => counts().catch(() => ({})));
  gauge(registry, 'orchestrator_queue_jobs', 'Jobs in the queue that have not ended', current);
  // The name of release 0.1, for dashboards that read it.
  gauge(registry, 'orchestrator_doorbell_jobs', 'Deprecated: use orchestrator_queue_jobs', current);
}

function gauge(
  registry: Registry,
  name: string,
  help: string,
  current: () => Promise<Partial<JobCounts>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await current();
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
}
