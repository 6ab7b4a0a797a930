import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { executeBatch, type BatchRequest } from '@provisioning/contracts';
import { waitFor } from '@provisioning/test-kit';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import { localCloud, type Cloud } from '../support/cloud.js';
import {
  ANYTHING,
  commands,
  READABLE,
  SUBMITTER,
  testPlatform,
  type TestPlatform,
} from '../support/platform.js';

let platform: TestPlatform;
let cloud: Cloud;

beforeAll(async () => {
  platform = await testPlatform();
  cloud = localCloud(platform.dataDir);
  await platform.startWorker();
});
afterAll(() => platform.stop());

/** The operations of the API document's batch: servers at upcloud, and task services of an operation for aws. */
const documented = (infra: string): OperationSpec[] =>
  (executeBatch.example as BatchRequest).operations.map((operation) => ({
    ...operation,
    infra,
    dependencies: operation.dependencies ?? [],
  }));

const NOTE = 'The operation is for provider aws, but these servers are at upcloud: web-01, web-02.';
/** In the order of their creation; the definition of kubernetes requires containerd, cilium requires kubernetes. */
const MADE = [
  ...['server web-01', 'server web-02'],
  ...['taskserv web-01/containerd', 'taskserv web-02/containerd'],
  ...['taskserv web-01/kubernetes', 'taskserv web-02/kubernetes'],
  ...['taskserv web-01/cilium', 'taskserv web-02/cilium'],
];

const checkpoint = async (infra: string) =>
  (await platform.rollbacks.createCheckpoint({ name: 'here', description: null, infras: [infra] }, SUBMITTER))
    .id;
const drift = async (infra: string) => (await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences;

/** The inventory of the platform, with the providers. */
async function inventory(infra: string): Promise<string[]> {
  const all = await platform.inventory.everything([infra]);
  return all.map(({ kind, name, provider }) => `${kind} ${name} at ${provider}`).sort();
}
const everything = MADE.map((made) => `${made} at upcloud`).sort();

async function rollbackEnded(id: string): Promise<void> {
  await waitFor(async () => (await platform.rollbacks.get(id)).completedAt !== null);
  expect(await platform.rollbacks.get(id)).toMatchObject({ status: 'Completed', impossible: [] });
}

describe('the API document’s batch, whose task services are installed on servers of another provider', () => {
  it('completes and reports it, has no drift, is rolled back to a checkpoint and restored from one', async () => {
    const infra = 'documented';
    const empty = await checkpoint(infra);
    const id = await platform.submitBatch({ rollbackEnabled: true, operations: documented(infra) });
    const { batch, operations } = await platform.batchEnded(id);
    expect(batch).toMatchObject({ status: 'Completed', error: null });
    expect(operations['aws_taskservs']!.outputTail).toContain(NOTE);
    expect(operations['upcloud_servers']!.outputTail).not.toContain('The operation is for provider');
    expect(await inventory(infra)).toEqual(everything);
    expect(await drift(infra)).toEqual([]);
    const full = await checkpoint(infra);
    const picture = await cloud.picture(infra);
    expect(picture).toHaveLength(MADE.length);

    const scope = { kind: 'checkpoint', checkpoint_id: empty } as const;
    const { steps, inTheWay, impossible } = await platform.rollbacks.preview(scope, ANYTHING);
    const undone = steps.flatMap(({ entries }) => entries.map(({ kind, name }) => `${kind} ${name}`));
    // The servers were created concurrently, so either may be first; both are removed after what depends on them.
    const servers = (things: readonly string[]) => things.slice(-2).sort();
    const rest = (things: readonly string[]) => things.slice(0, -2);
    expect(rest(undone)).toEqual(rest(MADE.toReversed()));
    expect(servers(undone)).toEqual(servers(MADE.toReversed()));
    expect({ inTheWay, impossible }).toEqual({ inTheWay: [], impossible: [] });
    await rollbackEnded((await platform.rollbacks.execute(scope, SUBMITTER, ANYTHING)).id);
    expect(await cloud.picture(infra)).toEqual([]);
    expect(await inventory(infra)).toEqual([]);
    expect(await drift(infra)).toEqual([]);

    await rollbackEnded((await platform.restores.execute(full, SUBMITTER, ANYTHING)).id);
    expect(await cloud.picture(infra)).toEqual(picture);
    expect(await inventory(infra)).toEqual(everything);
    expect(await drift(infra)).toEqual([]);
  });

  it('is undone completely when a later operation fails', async () => {
    const infra = 'undone';
    const bad: OperationSpec = {
      id: 'bad',
      type: 'server_batch',
      infra,
      dependencies: ['aws_taskservs'],
      provider: 'noop',
      retries: 0,
      server_configs: [{ name: 'fail-me', plan: 'small', zone: 'de-fra1' }] as never,
    };
    const id = await platform.submitBatch({
      rollbackEnabled: true,
      operations: [...documented(infra), bad],
    });
    const { batch, operations } = await platform.batchEnded(id);
    expect(batch.status).toBe('RolledBack');
    expect(operations['aws_taskservs']).toMatchObject({ status: 'Completed', undo: 'Completed' });
    expect(operations['upcloud_servers']).toMatchObject({ status: 'Completed', undo: 'Completed' });
    expect(await cloud.picture(infra)).toEqual([]);
    expect(await inventory(infra)).toEqual([]);
  });

  it('resumes at the failed operation, on servers that an operation further up the graph has created', async () => {
    const infra = 'resumed';
    const gate = join(platform.folder, 'gate');
    const [servers, taskservs] = documented(infra);
    const id = await platform.submitBatch({
      operations: [
        servers!,
        commands('gate', `test -e ${gate} || { touch ${gate}; exit 1; }`, {
          infra,
          dependencies: ['upcloud_servers'],
        }),
        { ...taskservs!, dependencies: ['gate'] },
      ],
    });
    const failed = await platform.batchEnded(id);
    expect(failed.batch.status).toBe('Failed');
    expect(failed.operations['aws_taskservs']!.status).toBe('Cancelled');
    expect(existsSync(gate)).toBe(true);

    const resumed = await platform.batches.resume(id, SUBMITTER);
    const { batch, operations } = await platform.batchEnded(resumed.batch.id);
    expect(batch).toMatchObject({ status: 'Completed', error: null });
    expect(operations['upcloud_servers']!.kept).toBe(true);
    expect(operations['aws_taskservs']!.outputTail).toContain(NOTE);
    expect(await inventory(infra)).toEqual(everything);
  });
});
