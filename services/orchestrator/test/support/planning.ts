import type { BatchPlan } from '@provisioning/provisioner/host-protocol';
import { rowsOf } from '@provisioning/runtime';
import { waitFor } from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { engineFunctions } from './engine-functions.js';

/** A request for a batch that creates one server. */
export const batchIn = (infra: string, name = 'web-1') => ({
  name: 'plan-me',
  operations: [
    {
      id: 'servers',
      type: 'server_batch',
      infra,
      provider: 'local',
      server_configs: [{ name, plan: 'small', zone: 'a' }],
    },
  ],
});

/** What a worker reports of a batch that creates one server. */
export const planOf = (infra: string, plan = 'small', bases: BatchPlan['bases'] = []): BatchPlan => ({
  operations: [
    {
      id: 'servers',
      infra,
      changes: [
        {
          change: 'create',
          kind: 'server',
          name: 'web-1',
          infra,
          provider: 'local',
          before: null,
          after: { infra, name: 'web-1', plan, zone: 'a', provider: 'local', image: null, labels: {} },
        },
      ],
      known_after: ['server web-1: address'],
      notes: [],
    },
  ],
  bases,
  definitions: [],
  drivers: [{ provider: 'local', driver: 'local', version: 1 }],
});

/** Acts as a worker: answers the planning task that is ready in an infra, or fails it. */
export async function answerPlanning(
  database: Knex,
  infra: string,
  planned: BatchPlan | undefined,
): Promise<void> {
  const task = await waitFor(async () => {
    const [row] = await rowsOf<{ id: string }>(
      database,
      `select id from tasks where kind = 'survey' and name = 'plan' and status = 'Ready' and infra = ?`,
      [infra],
    );
    return row?.id ?? '';
  });
  const engine = engineFunctions(database);
  const worker = await engine.register();
  const attempt = (await engine.claim(task, worker))!;
  await engine.finish(task, attempt, worker, planned ? 'Completed' : 'Failed', {
    permanent: true,
    data: planned ? { result: { message: 'planned', data: planned } } : {},
  });
}
