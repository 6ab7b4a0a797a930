import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
/** By the database to copy: the services whose schemas it has. */
const TEMPLATES = {
  template_orchestrator: ['orchestrator'],
  template_control_center: ['control-center'],
  template_platform: ['control-center', 'orchestrator'],
};

/** Makes the databases that tests copy, each with the schemas that the services' own migrations create. */
export async function makeTemplates(serverUrl) {
  for (const [name, services] of Object.entries(TEMPLATES)) {
    await recreate(serverUrl, name);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    for (const service of services) await migrate(service, url.toString());
  }
}

async function migrate(service, databaseUrl) {
  const script = fileURLToPath(new URL(`../../../services/${service}/dist/src/migrate.js`, import.meta.url));
  try {
    await run(process.execPath, [script], {
      env: { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: 'test' },
    });
  } catch (error) {
    throw new Error(
      `The migrations of ${service} failed:\n${error.stderr || error.stdout || error.message}`,
      { cause: error },
    );
  }
}

async function recreate(serverUrl, name) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}
