import type { QueueOptions } from 'bullmq';

/** The telemetry of BullMQ. */
export type JobTelemetry = NonNullable<QueueOptions['telemetry']>;

/** Carries a trace from the process that adds a job to the one that takes it; loaded only where tracing is on. */
export async function jobTelemetry(): Promise<JobTelemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'provisioning' });
}
