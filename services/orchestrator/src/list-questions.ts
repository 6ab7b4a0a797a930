import { takeEnvironment } from '@provisioning/process';
import { listQuestions } from './compose/list-questions.js';

takeEnvironment();
await listQuestions(process.argv.slice(2));
