import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { JobObserver } from './job-runner.js';

/** Duration, failures and last success of the periodic jobs of a process, labelled with the name of the job. */
export function jobMetrics(registry: Registry): JobObserver {
  const labelNames = ['job'];
  const registers = [registry];
  const duration = new Histogram({
    name: 'periodic_job_duration_seconds',
    help: 'Time that a run of a periodic job took, failed runs included',
    labelNames,
    buckets: [0.01, 0.1, 1, 10],
    registers,
  });
  const failures = new Counter({
    name: 'periodic_job_failures_total',
    help: 'Runs of a periodic job that failed',
    labelNames,
    registers,
  });
  const lastSuccess = new Gauge({
    name: 'periodic_job_last_success_timestamp_seconds',
    help: 'When a periodic job last succeeded, in seconds since the epoch',
    labelNames,
    registers,
  });
  return {
    ran(job, seconds, succeeded) {
      duration.observe({ job }, seconds);
      failures.inc({ job }, succeeded ? 0 : 1);
      if (succeeded) lastSuccess.set({ job }, Date.now() / 1000);
    },
  };
}
