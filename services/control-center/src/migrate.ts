import { runMigrations } from '@provisioning/runtime';
import { MIGRATIONS, SCHEMA } from './compose/resources.js';

await runMigrations(SCHEMA, { migrations: MIGRATIONS });
