import { takeEnvironment } from '@provisioning/process';
import { startTracing, traced } from '@provisioning/runtime/tracing';

// First of all: commands on this machine may read what this process was started with.
takeEnvironment();
const tracing = await startTracing('orchestrator');
const { runProcess } = await import('@provisioning/runtime');
const { startApi } = await import('./compose/api.js');
const { readApiConfig } = await import('./config.js');
const { jobTelemetry } = await import('./jobs/telemetry.js');

await runProcess(async () =>
  traced(await startApi(readApiConfig(), tracing && (await jobTelemetry())), tracing),
);
