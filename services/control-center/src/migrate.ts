import { takeEnvironment } from '@provisioning/process';
import { runMigrations } from '@provisioning/runtime';
import { readMigrateArguments } from './compose/migrate-arguments.js';
import { MIGRATIONS, SCHEMA } from './compose/resources.js';

takeEnvironment();
await runMigrations(SCHEMA, { migrations: MIGRATIONS }, readMigrateArguments);
