import { runProcess } from '@provisioning/runtime';
import { startApi } from './compose/api.js';
import { readConfig } from './config.js';

await runProcess(() => startApi(readConfig()));
