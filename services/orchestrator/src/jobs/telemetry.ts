import type { QueueOptions } from 'bullmq';

/** The telemetry of BullMQ. */
export type JobTelemetry = NonNullable<QueueOptions['telemetry']>;

/** Carries a trace from the sender of a wake-up to its receiver; loaded only with tracing. */
export async function jobTelemetry(): Promise<JobTelemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'provisioning' });
}
