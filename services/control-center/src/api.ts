import { takeEnvironment } from '@provisioning/process';
import { startTracing, traced } from '@provisioning/runtime/tracing';

// First of all: commands on this machine may read what this process was started with.
takeEnvironment();
const tracing = await startTracing('control-center');
const { runProcess } = await import('@provisioning/runtime');
const { startApi } = await import('./compose/api.js');
const { readConfig } = await import('./config.js');

await runProcess(async () => traced(await startApi(readConfig()), tracing));
