import { runMigrations } from '@provisioning/runtime';
import { readMigrateArguments } from './compose/repair-policies.js';
import { MIGRATIONS, SCHEMA } from './compose/resources.js';

await runMigrations(SCHEMA, { migrations: MIGRATIONS }, readMigrateArguments);
