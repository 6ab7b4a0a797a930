import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { builtinPolicies } from '@provisioning/policy';
import { createPostgres, migrate, silentLogger } from '@provisioning/runtime';
import {
  cloneDatabase,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';

const MIGRATIONS = join(import.meta.dirname, '../../dist/migrations');
const THIS = '20261130T1000_allow_commands.js';

let clone: TestDatabase;
let home: TemporaryFolder;
let database: Knex;

beforeAll(async () => {
  [clone, home] = await Promise.all([cloneDatabase(), temporaryFolder('migrations')]);
  database = createPostgres({
    url: clone.url,
    schema: 'control_center',
    applicationName: 'test',
    log: silentLogger,
  });
  writeFileSync(join(home.path, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(MIGRATIONS).filter((each) => each.endsWith('.js') && each < THIS))
    cpSync(join(MIGRATIONS, name), join(home.path, name));
  await migrate(database, 'control_center', { migrations: home.path }, silentLogger);
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
  await home.remove();
});

it('adds commands and plans for the built-in roles, and leaves an edited policy unchanged', async () => {
  const of = (wanted: string) => builtinPolicies.find(({ name }) => name === wanted)!;
  const before = (name: string) =>
    of(name).rules.filter(({ resource }) => !['commands:*', 'plans:*'].includes(resource));
  const edited = before('viewer_access_policy').slice(1);
  const stored = {
    operator_access_policy: before('operator_access_policy'),
    viewer_access_policy: edited,
  };
  for (const [name, rules] of Object.entries(stored))
    await database('policies').insert({
      id: uuidv7(),
      name,
      version: '1.0.0',
      enabled: true,
      revision: 1,
      rules: JSON.stringify(rules),
      created_at: new Date(),
      updated_at: new Date(),
    });
  await database('policy_revision').update({ revision: 4 });

  await migrate(database, 'control_center', { migrations: MIGRATIONS }, silentLogger);

  const rows = await database('policies').orderBy('name').select('name', 'revision', 'rules');
  const sorted = (rules: readonly object[]) => rules.map((rule) => JSON.stringify(rule)).sort();
  expect(rows.map(({ name, revision }) => [name, revision])).toEqual([
    ['approver_access_policy', 1],
    ['operator_access_policy', 3],
    ['viewer_access_policy', 1],
  ]);
  expect(sorted(rows[0].rules)).toEqual(sorted(of('approver_access_policy').rules));
  expect(sorted(rows[1].rules)).toEqual(sorted(of('operator_access_policy').rules));
  expect(rows[2].rules).toEqual(edited);
  expect(await database('policy_revision').first('revision')).toEqual({ revision: '7' });
  expect(
    await database('policy_versions')
      .orderBy('set_revision')
      .select('revision', 'set_revision', 'changed_by'),
  ).toEqual([
    { revision: 2, set_revision: '5', changed_by: 'migration' },
    { revision: 1, set_revision: '6', changed_by: 'migration' },
    { revision: 3, set_revision: '7', changed_by: 'migration' },
  ]);
});
