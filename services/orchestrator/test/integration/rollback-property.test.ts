import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import fc from 'fast-check';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import { isAlive } from '../../src/execution/processes.js';
import { localCloud, upcloud, type Cloud } from '../support/cloud.js';
import { ANYTHING, READABLE, SUBMITTER, testPlatform, type TestPlatform } from '../support/platform.js';

/**
 * For any actions, any failures and any crashes: after a rollback or a restore the cloud is as it was at the
 * checkpoint.
 */
let platform: TestPlatform;
const clouds: Cloud[] = [];

beforeAll(async () => {
  platform = await testPlatform();
  const wire = await upcloud();
  clouds.push(localCloud(platform.dataDir), wire);
  await platform.startWorker(wire.env);
});
afterAll(async () => {
  await platform.stop();
  for (const cloud of clouds) await cloud.close();
});

const NAMES = ['a', 'b', 'c'];

/** One batch: a chain of operations with servers, task services or a cluster. */
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('server_batch' as const),
      servers: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
      plan: fc.constantFrom(0, 1),
      zone: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('taskserv_batch' as const),
      taskservs: fc.uniqueArray(fc.constantFrom('containerd', 'redis', 'nginx'), { minLength: 1 }),
      // Some of them do not exist: such an operation fails permanently, in the middle of its batch.
      servers: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cluster_batch' as const) }) },
);
const batch = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
  chained: fc.boolean(),
  rollback: fc.boolean(),
  disturbed: fc.boolean(),
  death: fc.option(fc.record({ who: fc.constantFrom('executor', 'host'), afterMs: fc.nat(250) }), {
    nil: undefined,
  }),
});
type DrawnBatch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

function specs({ operations, chained }: DrawnBatch, infra: string, cloud: Cloud): OperationSpec[] {
  return operations.map((drawn, index): OperationSpec => {
    const shared = {
      id: `op-${index}`,
      infra,
      provider: cloud.provider,
      retries: 2,
      // Two that stop and start the same machine at a cloud wait for each other, for minutes at worst.
      dependencies: (chained || cloud.provider !== 'local') && index > 0 ? [`op-${index - 1}`] : [],
    };
    if (drawn.type === 'cluster_batch') return { ...shared, type: drawn.type, cluster_type: 'buildkit' };
    if (drawn.type === 'taskserv_batch')
      return { ...shared, type: drawn.type, taskservs: drawn.taskservs, servers: drawn.servers };
    const { plan, zone } = drawn;
    return {
      ...shared,
      type: drawn.type,
      server_configs: drawn.servers.map((name) => ({
        name,
        plan: cloud.plans[plan],
        zone: cloud.zones[zone],
      })),
    };
  });
}

/** A process dies in the meantime. */
async function withDeath<T>(death: DrawnBatch['death'], work: Promise<T>): Promise<T> {
  if (death) {
    await new Promise((resolve) => setTimeout(resolve, death.afterMs));
    const victims = death.who === 'host' ? platform.driverHosts() : (await platform.executors()).slice(-1);
    for (const pid of victims) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  return work;
}

async function run(drawn: DrawnBatch, infra: string, cloud: Cloud): Promise<void> {
  if (drawn.disturbed) cloud.disturb();
  const id = await platform.submitBatch({
    operations: specs(drawn, infra, cloud),
    rollbackEnabled: drawn.rollback,
  });
  await withDeath(drawn.death, platform.batchEnded(id));
}

const infraOf = () => `p-${Math.random().toString(36).slice(2)}`;

async function rolledBack(begin: () => Promise<{ id: string }>, death: DrawnBatch['death']) {
  const { id } = await begin();
  const end = waitFor(async () => (await platform.rollbacks.get(id)).completedAt !== null);
  await withDeath(death, end);
  return platform.rollbacks.get(id);
}

const history = {
  before: fc.array(batch, { maxLength: 2 }),
  after: fc.array(batch, { minLength: 1, maxLength: 3 }),
};
/** PROPERTY_RUNS=100 for many histories; PROPERTY_SEED with the seed of a failure to repeat that run. */
const { PROPERTY_RUNS, PROPERTY_SEED } = process.env;
const numRuns = Number(PROPERTY_RUNS ?? 2);
const runs = {
  numRuns,
  endOnFailure: true,
  ...(PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }),
};

describe.each([
  ['local', 0],
  ['upcloud', 1],
])('for any history, any failure in it and any death, at the provider %s,', (_provider, index) => {
  it(
    'a rollback restores the cloud of the checkpoint, as previewed, and a second one does nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({ ...history, death: batch.map(({ death }) => death) }),
          async ({ before, after, death }) => {
            const infra = infraOf();
            const cloud = clouds[index]!;
            for (const one of before) await run(one, infra, cloud);
            const about = { name: infra, description: null, infras: [infra] };
            const checkpoint = await platform.rollbacks.createCheckpoint(about, SUBMITTER);
            // Regardless of failures and crashes, the inventory equals the cloud.
            expect((await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences).toEqual([]);
            const then = await cloud.picture(infra);
            for (const one of after) await run(one, infra, cloud);

            const scope = { kind: 'checkpoint' as const, checkpoint_id: checkpoint.id };
            const preview = await platform.rollbacks.preview(scope, ANYTHING);
            expect([preview.inTheWay, preview.impossible]).toEqual([[], []]);
            const rollback = await rolledBack(
              () => platform.rollbacks.execute(scope, SUBMITTER, ANYTHING),
              death,
            );
            expect(rollback.operations.flatMap(({ error }) => error ?? [])).toEqual([]);
            expect(rollback).toMatchObject({ status: 'Completed' });
            expect(rollback.operations.map(({ operationId, changes }) => [operationId, changes])).toEqual(
              preview.steps.flatMap(({ operationId, changes, along }) => [
                [operationId, changes.length],
                ...along.map((other) => [other.operationId, other.changes]),
              ]),
            );
            expect(await cloud.picture(infra)).toEqual(then);
            expect((await platform.rollbacks.preview(scope, ANYTHING)).steps).toEqual([]);
            expect((await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences).toEqual([]);
          },
        ),
        runs,
      );
    },
    numRuns * 300_000,
  );

  it(
    'a restore does so too, even after changes behind the platform’s back',
    async () => {
      const drawn = fc.record({
        ...history,
        taken: fc.subarray(NAMES),
        death: batch.map(({ death }) => death),
      });
      await fc.assert(
        fc.asyncProperty(drawn, async ({ before, after, taken, death }) => {
          const infra = infraOf();
          const cloud = clouds[index]!;
          for (const one of before) await run(one, infra, cloud);
          const about = { name: infra, description: null, infras: [infra] };
          const { id } = await platform.rollbacks.createCheckpoint(about, SUBMITTER);
          // Regardless of failures and crashes, the inventory equals the cloud.
          expect((await platform.drifts.drift(infra, SUBMITTER, READABLE)).differences).toEqual([]);
          const then = await cloud.picture(infra);
          for (const one of after) await run(one, infra, cloud);
          for (const server of taken) await cloud.takeAway(infra, server);

          const preview = await platform.restores.preview(id, SUBMITTER, ANYTHING);
          const rollback = await rolledBack(() => platform.restores.execute(id, SUBMITTER, ANYTHING), death);
          expect(rollback.operations.flatMap(({ error }) => error ?? [])).toEqual([]);
          expect(rollback).toMatchObject({ status: 'Completed', impossible: [] });
          expect(rollback.operations).toHaveLength(preview.steps.length);
          expect(await cloud.picture(infra)).toEqual(then);
          expect((await platform.restores.preview(id, SUBMITTER, ANYTHING)).steps).toEqual([]);
        }),
        runs,
      );
    },
    numRuns * 300_000,
  );
});
