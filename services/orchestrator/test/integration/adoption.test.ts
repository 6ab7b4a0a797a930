import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalDriver, type Driver } from '@provisioning/provisioner';
import { waitFor } from '@provisioning/test-kit';
import { v7 as uuidv7 } from 'uuid';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import { confirmationOf } from '../../src/domain/rollback/confirmation.js';
import type { JournalRow } from '../../src/postgres/journal/journal-rows.js';
import type { Rollback } from '../../src/domain/rollback/rollback.js';
import type { UndoScope } from '../../src/domain/rollback/rollback-service.js';
import type { TaskDetails } from '../../src/domain/task/task.js';
import {
  ANYTHING,
  commands,
  READABLE,
  SUBMITTER,
  testPlatform,
  type TestPlatform,
} from '../support/platform.js';

const PROVISIONING = fileURLToPath(
  new URL('../../../../packages/provisioner/bin/provisioning.js', import.meta.url),
);

let platform: TestPlatform;
let driver: Driver;
let workspace: string;
/** While a file of this name exists, the command is ended by KILL after its work and before it reports anything. */
let killed: string;

beforeAll(async () => {
  platform = await testPlatform();
  driver = createLocalDriver(platform.dataDir);
  workspace = join(platform.folder, 'workspace');
  killed = join(platform.folder, 'killed');
  const command = join(platform.folder, 'provisioning.sh');
  writeFileSync(
    command,
    `#!/bin/bash
if [ -e '${killed}' ]; then
  rm '${killed}'
  PROVISIONING_EVENTS='${join(platform.folder, 'unread')}' '${process.execPath}' '${PROVISIONING}' "$@"
  kill -9 $$
fi
exec '${process.execPath}' '${PROVISIONING}' "$@"
`,
  );
  chmodSync(command, 0o755);
  await platform.startWorker({ PROVISIONING_COMMAND: command, PROVISIONING_WORKSPACE: workspace });
});
afterAll(() => platform.stop());

const newInfra = () => `i-${uuidv7()}`;
const desired = (infra: string, name: string, plan = 'small') => ({
  infra,
  name,
  plan,
  zone: 'de-fra1',
  provider: 'local' as const,
  image: null,
  labels: {},
  storage_gb: null,
});

/** Creates a server like the `provisioning` command that a person runs, without the platform. */
async function makeByHand(infra: string, name: string, plan?: string): Promise<string> {
  const { resource } = await driver.resources.server.create(desired(infra, name, plan), {
    idempotencyKey: uuidv7(),
  });
  return resource.id;
}

/** Runs the workflow that creates the servers of the settings. */
async function createServers(
  infra: string,
  names: string[],
  more: { retryOf?: string } = {},
): Promise<TaskDetails> {
  mkdirSync(join(workspace, infra), { recursive: true });
  const servers = names.map((name) => ({ name, plan: 'small', zone: 'de-fra1', provider: 'local' }));
  writeFileSync(join(workspace, infra, 'servers.json'), JSON.stringify({ servers }));
  const args = ['--infra', infra, '--settings', 'servers.json'];
  return platform.ended(await platform.submit('', { infra, args, reconcilable: true, ...more }));
}

const names = async (infra: string) => (await driver.resources.server.list(infra)).map(({ name }) => name);
const inventory = async (infra: string) =>
  (await platform.inventory.everything([infra])).map(({ kind, name }) => `${kind} ${name}`);
const journal = async (infra: string) => {
  const rows = await platform.database<JournalRow>('journal').where({ infra }).orderBy('seq').select('*');
  return rows.map(({ state, change, kind, name }) => `${state} ${change} ${kind} ${name}`);
};
const checkpoint = async (infra: string) =>
  (await platform.rollbacks.createCheckpoint({ name: 'here', description: null, infras: [infra] }, SUBMITTER))
    .id;

async function ended(begun: Promise<{ id: string }>): Promise<Rollback> {
  const { id } = await begun;
  await waitFor(async () => (await platform.rollbacks.get(id)).completedAt !== null);
  const rollback = await platform.rollbacks.get(id);
  expect(rollback.operations.flatMap(({ error }) => error ?? [])).toEqual([]);
  return rollback;
}
const undo = (scope: UndoScope) => ended(platform.rollbacks.execute(scope, SUBMITTER, ANYTHING));
const restoring = (id: string) => platform.restores.preview(id, SUBMITTER, ANYTHING);
const drift = async (infra: string) => (await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences;

describe('a resource that a workflow finds', () => {
  it('enters the inventory as adopted; a rollback forgets it and destroys only what the platform created', async () => {
    const infra = newInfra();
    const empty = await checkpoint(infra);
    await makeByHand(infra, 'a');
    await makeByHand(infra, 'extra');
    expect(await createServers(infra, ['a', 'b', 'c'])).toMatchObject({ status: 'Completed' });
    expect(await inventory(infra)).toEqual(['server a', 'server b', 'server c', 'server extra']);
    expect((await journal(infra)).sort()).toEqual([
      'done adopt server a',
      'done adopt server extra',
      'done create server b',
      'done create server c',
    ]);
    expect(await drift(infra)).toEqual([]);
    // The same again finds what is known.
    await createServers(infra, ['a', 'b', 'c']);
    expect(await journal(infra)).toHaveLength(4);

    const now = await checkpoint(infra);
    expect(await restoring(now)).toMatchObject({ steps: [], notMadeHere: [], inTheWay: [] });
    await undo({ kind: 'checkpoint', checkpoint_id: empty });
    expect(await names(infra)).toEqual(['a', 'extra']);
    expect(await inventory(infra)).toEqual([]);
    expect((await journal(infra)).slice(4).sort()).toEqual([
      'done destroy server b',
      'done destroy server c',
      'done forget server a',
      'done forget server extra',
    ]);
    // The rollback of the rollback.
    await undo({ kind: 'checkpoint', checkpoint_id: now });
    expect(await names(infra)).toEqual(['a', 'b', 'c', 'extra']);
    expect(await inventory(infra)).toEqual(['server a', 'server b', 'server c', 'server extra']);
  });

  it('is destroyed by a restore only with the exact confirmation', async () => {
    const infra = newInfra();
    await createServers(infra, ['b']);
    const id = await checkpoint(infra);
    await makeByHand(infra, 'a');
    await createServers(infra, ['a', 'b', 'c']);
    const { steps, notMadeHere } = await restoring(id);
    expect(steps.map(({ change, name }) => `${change} ${name}`).sort()).toEqual(['destroy a', 'destroy c']);
    expect(notMadeHere.map(({ name }) => name)).toEqual(['a']);
    const execute = (confirmation?: string) =>
      platform.restores.execute(id, SUBMITTER, ANYTHING, confirmation);
    await expect(execute()).rejects.toMatchObject({ code: 'confirmation_required' });
    await expect(execute('anything')).rejects.toMatchObject({ code: 'confirmation_required' });
    expect(await names(infra)).toEqual(['a', 'b', 'c']);
    await ended(execute(confirmationOf(notMadeHere)!));
    expect(await names(infra)).toEqual(['b']);
    expect(await inventory(infra)).toEqual(['server b']);
  });

  it('is adopted before it is changed; a rollback reverts the change and forgets it', async () => {
    const infra = newInfra();
    const empty = await checkpoint(infra);
    const made = await makeByHand(infra, 'a', 'large');
    await createServers(infra, ['a']);
    expect(await journal(infra)).toEqual(['done adopt server a', 'done change server a']);
    await undo({ kind: 'checkpoint', checkpoint_id: empty });
    expect(await driver.resources.server.list(infra)).toMatchObject([{ id: made, plan: 'large' }]);
    expect(await inventory(infra)).toEqual([]);
  });

  it('is adopted by all types of operations of batches, and forgotten by a rollback', async () => {
    const infra = newInfra();
    await makeByHand(infra, 'a');
    const context = { idempotencyKey: uuidv7() };
    const common = { infra, provider: 'local' as const, version: null, attributes: {} };
    await driver.resources.taskserv.create({ ...common, server: 'a', name: 'redis' }, context);
    await driver.resources.cluster.create({ ...common, name: 'buildkit', servers: ['a'] }, context);
    const operation = (id: string, more: Partial<OperationSpec>, dependencies: string[] = []) =>
      ({ id, infra, provider: 'local', dependencies, ...more }) as OperationSpec;
    const config = { plan: 'small', zone: 'de-fra1' };
    const operations = [
      operation('servers', {
        type: 'server_batch',
        server_configs: ['a', 'b'].map((name) => ({ name, ...config })),
      }),
      operation('services', { type: 'taskserv_batch', taskservs: ['redis'], servers: ['a', 'b'] }, [
        'servers',
      ]),
      operation('cluster', { type: 'cluster_batch', cluster_type: 'buildkit' }, ['services']),
      commands('fails', 'exit 1', { infra, dependencies: ['cluster'] }),
    ];
    const { batch } = await platform.batchEnded(await platform.submitBatch({ operations }));
    expect(batch.status).toBe('Failed');
    expect(await journal(infra)).toEqual([
      'done adopt server a',
      'done create server b',
      'done adopt taskserv a/redis',
      'done create taskserv b/redis',
      'done adopt cluster buildkit',
    ]);
    const known = ['cluster buildkit', 'server a', 'server b', 'taskserv a/redis', 'taskserv b/redis'];
    expect(await inventory(infra)).toEqual(known);

    const other = newInfra();
    const byHand = await makeByHand(other, 'a');
    const rolledBack = await platform.batchEnded(
      await platform.submitBatch({
        rollbackEnabled: true,
        operations: [
          { ...operations[0]!, infra: other },
          commands('fails', 'exit 1', { infra: other, dependencies: ['servers'] }),
        ],
      }),
    );
    expect(rolledBack.batch.status).toBe('RolledBack');
    expect(await driver.resources.server.list(other)).toMatchObject([{ name: 'a', id: byHand }]);
    expect(await inventory(other)).toEqual([]);
  });
});

describe('a resource that an earlier attempt created without reporting it', () => {
  it('is found by a retry under the same key, and recorded as created by the platform', async () => {
    const infra = newInfra();
    const empty = await checkpoint(infra);
    await makeByHand(infra, 'a');
    writeFileSync(killed, '');
    const lost = await createServers(infra, ['a', 'b', 'c']);
    expect(lost).toMatchObject({ status: 'Failed', signal: 'SIGKILL' });
    expect([await names(infra), await inventory(infra)]).toEqual([['a', 'b', 'c'], []]);
    expect(await createServers(infra, ['a', 'b', 'c'], { retryOf: lost.id })).toMatchObject({
      status: 'Completed',
    });
    expect(await inventory(infra)).toEqual(['server a', 'server b', 'server c']);
    expect((await journal(infra)).sort()).toEqual([
      'done adopt server a',
      'done create server b',
      'done create server c',
    ]);
    await undo({ kind: 'checkpoint', checkpoint_id: empty });
    expect(await names(infra)).toEqual(['a']);
  });

  it('is found by the check that settles the attempts, whether or not all are there', async () => {
    const infra = newInfra();
    writeFileSync(killed, '');
    const lost = await createServers(infra, ['a', 'b']);
    await platform.database('tasks').where({ id: lost.id }).update({
      status: 'Unknown',
      completed_at: null,
      worker_id: null,
      ready_at: new Date(),
    });
    await platform.database.raw(
      `insert into locks (infra, ticket, holder_id, holder_kind, granted_at)
         values (?, nextval('lock_tickets'), ?, 'task', now())`,
      [infra, lost.id],
    );
    expect(await platform.ended(lost.id)).toMatchObject({ status: 'Completed' });
    expect((await journal(infra)).sort()).toEqual(['done create server a', 'done create server b']);
  });

  it('is found when a batch is resumed, and blocks nothing', async () => {
    const infra = newInfra();
    const empty = await checkpoint(infra);
    const operation: OperationSpec = {
      id: 'servers',
      type: 'server_batch',
      infra,
      provider: 'local',
      dependencies: [],
      server_configs: ['a', 'b', 'c'].map((name) => ({ name, plan: 'small', zone: 'de-fra1' })),
    };
    const id = await platform.submitBatch({ operations: [operation] });
    const { operations } = await platform.batchEnded(id);
    // As if its attempts were lost before they could report: one server is known to be intended, one as absent.
    const { taskId } = operations['servers']!;
    await platform.database('resources').where({ infra }).delete();
    await platform.database('journal').where({ infra, name: 'a' }).delete();
    await platform.database('journal').where({ infra }).update({ state: 'unknown', resource_id: null });
    await platform.database('tasks').where({ id: taskId }).update({ status: 'Failed', error: 'Given up.' });
    await platform.database('batches').where({ id }).update({ status: 'Failed', completed: 0, failed: 1 });

    const resumed = await platform.batches.resume(id, SUBMITTER);
    expect((await platform.batchEnded(resumed.batch.id)).batch.status).toBe('Completed');
    expect(await inventory(infra)).toEqual(['server a', 'server b', 'server c']);
    expect((await journal(infra)).sort()).toEqual(
      ['a', 'b', 'c'].map((name) => `done create server ${name}`),
    );
    expect(
      await platform.rollbacks.preview({ kind: 'checkpoint', checkpoint_id: empty }, ANYTHING),
    ).toMatchObject({
      impossible: [],
    });
    await undo({
      kind: 'operations',
      operation_ids: [(await platform.batch(resumed.batch.id)).operations['servers']!.taskId],
    });
    expect(await names(infra)).toEqual([]);
  });
});

it('a rollback to a checkpoint after a restore of it creates and destroys nothing', async () => {
  const infra = newInfra();
  await createServers(infra, ['kept', 'gone']);
  const id = await checkpoint(infra);
  await createServers(infra, ['kept', 'gone', 'new']);
  const gone = await driver.resources.server.read(infra, 'gone');
  await driver.resources.server.destroy(gone!, { idempotencyKey: uuidv7() });
  await ended(platform.restores.execute(id, SUBMITTER, ANYTHING));
  const servers = await driver.resources.server.list(infra);
  const entries = await journal(infra);
  expect(servers.map(({ name }) => name)).toEqual(['gone', 'kept']);

  const scope = { kind: 'checkpoint' as const, checkpoint_id: id };
  expect(await platform.rollbacks.preview(scope, ANYTHING)).toMatchObject({ steps: [], impossible: [] });
  expect(await undo(scope)).toMatchObject({ status: 'Completed', operations: [] });
  expect(await driver.resources.server.list(infra)).toEqual(servers);
  expect(await journal(infra)).toEqual(entries);
});
