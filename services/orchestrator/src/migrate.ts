import { createLogger, createPostgres, migrate, runToEnd } from '@provisioning/runtime';
import { MIGRATIONS, SCHEMA } from './compose/resources.js';
import { readApiConfig } from './config.js';

await runToEnd(async () => {
  const config = readApiConfig(process.env);
  const log = createLogger({
    process: 'orchestrator-migrate',
    level: config.logLevel,
    format: config.logFormat,
  });
  const database = createPostgres({
    url: config.databaseUrl,
    schema: SCHEMA,
    applicationName: 'orchestrator-migrate',
    log,
    unhurried: true,
  });
  try {
    await migrate(database, SCHEMA, MIGRATIONS, log);
  } finally {
    await database.destroy();
  }
});
