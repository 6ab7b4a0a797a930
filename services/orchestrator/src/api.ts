import { runProcess } from '@provisioning/runtime';
import { startApi } from './compose/api.js';
import { readApiConfig } from './config.js';

await runProcess(() => startApi(readApiConfig()));
