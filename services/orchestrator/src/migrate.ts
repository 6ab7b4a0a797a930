import { takeEnvironment } from '@provisioning/process';
import { runMigrations } from '@provisioning/runtime';
import { noticeRestore } from './compose/hold.js';
import { SCHEMA, SCHEMA_SOURCES } from './compose/resources.js';

takeEnvironment();
await runMigrations(SCHEMA, SCHEMA_SOURCES, () => noticeRestore);
