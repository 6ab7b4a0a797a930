import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '../../..');
const OF_THE_SCHEMA = ['migrations', 'migrations_lock', 'function_sets', 'schema_min_version'];

/**
 * Compares the tables of a service with its list in docs/retention.md.
 * @param service the heading of its list
 * @param tables the names of all its tables
 */
export function compareWithRetentionList(
  service: 'Orchestrator' | 'Control center',
  tables: readonly string[],
) {
  const page = readFileSync(join(REPOSITORY, 'docs/retention.md'), 'utf8');
  const [, list = ''] = page.split(`\n## ${service}\n`);
  const [section = ''] = list.split('\n## ');
  const listed = [...section.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name = '']) => name);
  return {
    notListed: tables.filter((name) => !listed.includes(name) && !OF_THE_SCHEMA.includes(name)),
    notFound: listed.filter((name) => !tables.includes(name)),
  };
}
