import { takeEnvironment } from '@provisioning/process';
import { startTracing, traced } from '@provisioning/runtime/tracing';

// First of all: commands may read what their worker was started with.
const exposed = takeEnvironment();
const tracing = await startTracing('orchestrator-worker');
const { runProcess } = await import('@provisioning/runtime');
const { startWorker } = await import('./compose/worker.js');
const { readWorkerConfig } = await import('./config.js');
const { jobTelemetry } = await import('./jobs/telemetry.js');

await runProcess(async () =>
  traced(await startWorker(readWorkerConfig(exposed), tracing && (await jobTelemetry())), tracing),
);
