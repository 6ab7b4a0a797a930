import { runMigrations } from '@provisioning/runtime';
import { SCHEMA, SCHEMA_SOURCES } from './compose/resources.js';

await runMigrations(SCHEMA, SCHEMA_SOURCES);
