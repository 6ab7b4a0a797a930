import { Gauge, type Registry } from 'prom-client';

/** Number of wake-up jobs in Redis; absent while Redis is away. Waiting tasks are counted in Postgres. */
export function wakeUpMetrics(
  registry: Registry,
  jobs: () => Promise<Record<'waiting' | 'active', number>>,
): void {
  new Gauge({
    name: 'orchestrator_doorbell_jobs',
    help: 'Wake-ups in Redis that workers have not processed',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await jobs().catch(() => ({}));
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
    },
  });
}
