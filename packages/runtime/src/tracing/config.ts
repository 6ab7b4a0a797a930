/** Whether spans are exported; OpenTelemetry itself reads all other `OTEL_…` variables. */
export function tracingIsOn(environment: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(environment['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/** Only spans: metrics are at /metrics, and logs on standard output. */
export function tracesOnly(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of ['OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER']) environment[name] ??= 'none';
}
