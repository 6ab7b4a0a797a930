import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPostgres, migrate, silentLogger } from '@provisioning/runtime';
import {
  cloneDatabase,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { MIGRATIONS } from '../support/test-api.js';

const FIRST = '20261130T1000_keep_access_scopes.js';
const OWNER = uuidv7();

let clone: TestDatabase;
let home: TemporaryFolder;
let database: Knex;

/** A database as the previous release left it. */
beforeAll(async () => {
  [clone, home] = await Promise.all([cloneDatabase(), temporaryFolder('migrations')]);
  database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  // Migrations import nothing from outside their folder.
  writeFileSync(join(home.path, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(MIGRATIONS).filter((each) => each.endsWith('.js') && each < FIRST))
    cpSync(join(MIGRATIONS, name), join(home.path, name));
  await migrate(database, 'orchestrator', { migrations: home.path }, silentLogger);
});
afterAll(async () => {
  await database.destroy();
  await clone.drop();
  await home.remove();
});

async function task(about: Record<string, unknown>, spec?: object): Promise<string> {
  const id = uuidv7();
  await database('tasks').insert({
    id,
    kind: 'workflow',
    name: 'x',
    status: 'Completed',
    infra: 'production',
    check_mode: false,
    program: 'provisioning',
    verb: [],
    args: [],
    max_attempts: 1,
    idempotency_key: id,
    created_by: OWNER,
    created_by_name: 'ada',
    request_id: 'r',
    ...about,
  });
  if (spec) await database('task_specs').insert({ task_id: id, spec: JSON.stringify(spec) });
  return id;
}

it('gives existing rows the scope with which they would have been stored', async () => {
  const batch = uuidv7();
  await database('batches').insert({
    id: batch,
    name: 'nightly',
    status: 'Completed',
    parallel_limit: 1,
    rollback_enabled: false,
    on_failure: 'continue',
    infras: ['production'],
    total: 2,
    created_by: OWNER,
    created_by_name: 'ada',
    request_id: 'r',
  });
  const part = { kind: 'operation', batch_id: batch };
  const ids = {
    servers: await task({ verb: ['servers', 'create'], args: ['--infra', 'production'] }),
    deletion: await task({ verb: ['taskserv', 'delete'], args: ['redis', '--infra', 'production'] }),
    services: await task(part, { type: 'taskserv_batch', provider: 'aws', taskservs: ['redis', 'etcd'] }),
    commands: await task(part, {
      type: 'command_batch',
      commands: ['check a', 'check b'],
      undo_commands: ['undo'],
    }),
    survey: await task({ kind: 'survey', infra: '' }, { type: 'survey', infra: '', infras: ['a', 'b'] }),
    undo: await task(
      { kind: 'operation' },
      {
        type: 'undo',
        provider: 'aws',
        changes: [{ action: 'created', kind: 'taskserv', infra: 'production', name: 'web-01/redis' }],
      },
    ),
  };
  await migrate(database, 'orchestrator', { migrations: MIGRATIONS }, silentLogger);

  const scopeOf = async (table: 'tasks' | 'batches', id: string) => {
    const row = await database(table)
      .where({ [`${table}.id`]: id })
      .join('access_scopes as s', 's.id', 'scope_id')
      .first('s.scope');
    const { owner, batch: name, acts } = row.scope as { owner: string; batch: string | null; acts: Act[] };
    expect(owner).toBe(OWNER);
    return [
      name,
      ...acts
        .map(({ action, kind, infra, name: of, provider }) => [action, kind, infra, of, provider].join(' '))
        .sort(),
    ];
  };
  expect(await scopeOf('tasks', ids.servers)).toEqual([null, 'create server production  ']);
  expect(await scopeOf('tasks', ids.deletion)).toEqual([null, 'delete taskserv production redis ']);
  const services = ['create taskserv production etcd aws', 'create taskserv production redis aws'];
  const commands = ['execute command production check ', 'execute command production undo '];
  expect(await scopeOf('tasks', ids.services)).toEqual([null, ...services]);
  expect(await scopeOf('tasks', ids.survey)).toEqual([null, 'create server a  ', 'create server b  ']);
  expect(await scopeOf('tasks', ids.commands)).toEqual([null, ...commands]);
  expect(await scopeOf('tasks', ids.undo)).toEqual([null, 'delete taskserv production redis aws']);
  expect(await scopeOf('batches', batch)).toEqual(['nightly', ...services, ...commands]);
});

interface Act {
  action: string;
  kind: string;
  infra: string;
  name: string | null;
  provider: string | null;
}
