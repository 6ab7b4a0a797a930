import { runProcess } from '@provisioning/runtime';
import { startWorker } from './compose/worker.js';
import { readWorkerConfig } from './config.js';

await runProcess(() => startWorker(readWorkerConfig()));
