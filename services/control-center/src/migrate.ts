import { createLogger, createPostgres, migrate, runToEnd } from '@provisioning/runtime';
import { MIGRATIONS, SCHEMA } from './compose/resources.js';
import { readMigrationConfig } from './config.js';

await runToEnd(async () => {
  const { databaseUrl, logLevel, logFormat } = readMigrationConfig();
  const name = 'control-center-migrate';
  const log = createLogger({ process: name, level: logLevel, format: logFormat });
  const database = createPostgres({
    url: databaseUrl,
    schema: SCHEMA,
    applicationName: name,
    log,
    unhurried: true,
  });
  try {
    await migrate(database, SCHEMA, MIGRATIONS, log);
  } finally {
    await database.destroy();
  }
});
