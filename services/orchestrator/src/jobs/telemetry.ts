import type { QueueOptions } from 'bullmq';

export type JobTelemetry = NonNullable<QueueOptions['telemetry']>;

/** Carries a trace from whoever rings to whoever answers; loaded only where tracing is on. */
export async function jobTelemetry(): Promise<JobTelemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'provisioning' });
}
