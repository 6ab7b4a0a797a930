import { Gauge, type Registry } from 'prom-client';

/** How many doorbells ring in Redis; absent while Redis is away. What waits for work stands in Postgres. */
export function doorbellMetrics(
  registry: Registry,
  jobs: () => Promise<Record<'waiting' | 'active', number>>,
): void {
  new Gauge({
    name: 'orchestrator_doorbell_jobs',
    help: 'Jobs in Redis that tell workers of tasks',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await jobs().catch(() => ({}));
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
}
