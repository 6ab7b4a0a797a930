import { rowsOf } from '@provisioning/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import type { OperationSpec } from '../../src/domain/batch/batch.js';
import { isAlive } from '../../src/execution/processes.js';
import { testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await testPlatform();
  await platform.startWorker();
});
afterAll(() => platform.stop());

function servers(id: string, names: string[], more: Partial<OperationSpec> = {}): OperationSpec {
  return {
    id,
    type: 'server_batch',
    infra: 'default',
    dependencies: [],
    provider: 'noop',
    retries: 0,
    server_configs: names.map((name) => ({ name, plan: '1xCPU-2GB', zone: 'de-fra1' })),
    ...more,
  };
}

describe('operations in the driver host', () => {
  it('create servers, task services on them, and a cluster, each reported', async () => {
    const id = await platform.submitBatch({
      operations: [
        servers('machines', ['web-01', 'web-02'], { provider: 'local' }),
        {
          id: 'services',
          type: 'taskserv_batch',
          infra: 'default',
          provider: 'local',
          dependencies: ['machines'],
          taskservs: ['containerd', 'kubernetes'],
        },
        {
          id: 'builders',
          type: 'cluster_batch',
          infra: 'default',
          provider: 'local',
          dependencies: ['services'],
          cluster_type: 'buildkit',
        },
      ],
    });
    const { batch, operations } = await platform.batchEnded(id);
    expect(batch).toMatchObject({ status: 'Completed', completed: 3, error: null });
    const made = (operation: string) =>
      (operations[operation]!.data!['resources'] as { kind: string; name: string; action: string }[]).map(
        ({ kind, name, action }) => `${kind} ${name} ${action}`,
      );
    // Created concurrently: the one that is ready first is reported first.
    expect(made('machines').sort()).toEqual(['server web-01 created', 'server web-02 created']);
    expect(made('services')).toHaveLength(4);
    expect(made('builders')).toEqual(['cluster buildkit created']);
    expect(operations['machines']).toMatchObject({ totalSteps: 2, doneSteps: 2 });
    const { spec } = operations['services']!;
    expect(spec.servers).toEqual(['web-01', 'web-02']);
  });

  it('are retried after a temporary failure, not after a permanent one', async () => {
    const id = await platform.submitBatch({
      operations: [
        servers('passing', ['fail-once-a'], { retries: 2 }),
        {
          id: 'hopeless',
          type: 'taskserv_batch',
          infra: 'default',
          provider: 'noop',
          dependencies: [],
          retries: 5,
          taskservs: ['containerd'],
          servers: ['not-there'],
        },
      ],
    });
    const { operations } = await platform.batchEnded(id);
    expect(operations['passing']).toMatchObject({ status: 'Completed', attempt: 2 });
    expect(operations['hopeless']).toMatchObject({ status: 'Failed', attempt: 1 });
    expect(operations['hopeless']?.error).toContain('not-there');
  });

  it('are undone when the batch fails, in the reverse order of completion', async () => {
    const infra = 'undone';
    const id = await platform.submitBatch({
      rollbackEnabled: true,
      operations: [
        servers('first', ['a-01'], { provider: 'local', infra }),
        servers('second', ['b-01'], { provider: 'local', infra, dependencies: ['first'] }),
        servers('bad', ['fail-me'], { infra, dependencies: ['second'] }),
      ],
    });
    const { batch, operations } = await platform.batchEnded(id);
    expect(batch.status).toBe('RolledBack');
    expect(operations['first']?.undo).toBe('Completed');
    const undoing = await platform
      .database<{ op_key: string; completed_at: Date; batch_id: string; kind: string }>('tasks')
      .where({ batch_id: id, kind: 'rollback' })
      .orderBy('completed_at');
    expect(undoing.map(({ op_key: key }) => key)).toEqual(['bad', 'second', 'first']);
    const again = await platform.submitBatch({
      operations: [servers('first', ['a-01'], { provider: 'local', infra })],
    });
    const { operations: made } = await platform.batchEnded(again);
    expect(made['first']!.data!['resources']).toMatchObject([{ name: 'a-01', action: 'created' }]);
  });

  it('are cancelled: one that handles it ends on its own, one that does not is ended with its host, the others continue', async () => {
    const id = await platform.submitBatch({
      operations: [servers('slow', ['slow-60000-a']), servers('stuck', ['stuck-b'])],
    });
    const other = await platform.submitBatch({
      operations: [servers('bystander', ['slow-14000-c'], { retries: 0 })],
    });
    await waitFor(async () => (await platform.batch(id)).operations['stuck']?.status === 'Running');
    await waitFor(async () => (await platform.batch(other)).operations['bystander']?.status === 'Running');
    await platform.batches.cancel(id, 'ada');
    const cancelled = await platform.batchEnded(id);
    expect(cancelled.batch.status).toBe('Cancelled');
    expect(cancelled.operations['slow']?.status).toBe('Cancelled');
    expect(cancelled.operations['stuck']).toMatchObject({
      status: 'Cancelled',
      completedAt: expect.any(Date),
    });
    const bystander = await platform.batchEnded(other);
    expect(bystander.operations['bystander']).toMatchObject({ status: 'Completed', attempt: 2 });
  });

  it('whose host is lost too often are reconciled, with the result that the provider reports', async () => {
    const id = await platform.submitBatch({ operations: [servers('lost', ['slow-60000-lost'])] });
    for (const attempt of [1, 2, 3]) {
      await waitFor(async () => {
        const operation = (await platform.batch(id)).operations['lost'];
        return operation?.status === 'Running' && operation.attempt === attempt;
      });
      // Passed to the host and about to run: only then does a loss count.
      const { taskId } = (await platform.batch(id)).operations['lost']!;
      await waitFor(async () => (await intendedIn(taskId, attempt)) > 0);
      await killDriverHost();
    }
    const { operations } = await platform.batchEnded(id);
    expect(operations['lost']).toMatchObject({ status: 'Failed', attempt: 4 });
    expect(operations['lost']?.error).toContain('not everything is there');
    expect(await platform.events(operations['lost']!.taskId)).toEqual(
      expect.arrayContaining(['requeued', 'outcome_unknown', 'reconciling', 'finished']),
    );
  });

  async function intendedIn(taskId: string, attempt: number): Promise<number> {
    const sql = 'select from journal where task_id = ? and attempt = ?';
    return (await rowsOf(platform.database, sql, [taskId, attempt])).length;
  }

  /** The only process of its name that belongs to this test's worker. */
  async function killDriverHost(): Promise<void> {
    await waitFor(() => platform.driverHosts().length > 0);
    const pid = platform.driverHosts()[0]!;
    process.kill(pid, 'SIGKILL');
    await waitFor(() => !isAlive(pid));
  }
});
