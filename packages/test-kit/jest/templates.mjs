import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const SERVICES = ['orchestrator', 'control-center'];

/** One database per service with the schema that the service's own migrations create. */
export async function makeTemplates(serverUrl) {
  for (const service of SERVICES) {
    const name = `template_${service.replaceAll('-', '_')}`;
    await recreate(serverUrl, name);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    await migrate(service, url.toString());
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
