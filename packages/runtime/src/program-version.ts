import { readFileSync } from 'node:fs';
import type { Knex } from 'knex';
import type { CommonConfig } from './common-variables.js';
import { schemaVersion } from './migrations.js';

/** What runs: the response of `GET /version` of both services. */
export interface ProgramVersion {
  /** All programs of a release have the version of this package. */
  version: string;
  commit: string | null;
  node: string;
  /** The newest migration of the schema; null before the first. */
  schema: string | null;
  mode: 'production' | 'development';
}

/** Returns the version of this process and of its schema. @throws the error of Postgres */
export async function programVersion(
  database: Knex,
  schema: string,
  { commit, production }: Pick<CommonConfig, 'commit' | 'production'>,
): Promise<ProgramVersion> {
  // Safe cast: the manifest of this package, which has a version.
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    version: manifest.version,
    commit: commit ?? null,
    node: process.versions.node,
    schema: (await schemaVersion(database, schema)) ?? null,
    mode: production ? 'production' : 'development',
  };
}
