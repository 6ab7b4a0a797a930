import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import pLimit from 'p-limit';
import pg from 'pg';
import { execute } from './execute.js';
import { walk } from './graph.js';
import { atPace, now, serve, type Tally } from './part.js';
import { GRAPH_SLOTS, SLOTS, TRUE, type PeerTask } from './task.js';

const QUEUE = 'bench';
const POOL = 20;
const IN_FLIGHT = 50;
/** Its default is a second. */
const POLLING_MS = 10;

serve({
  client: async ({ databaseUrl }) => {
    const client = await DBOSClient.create({
      systemDatabaseUrl: databaseUrl,
      systemDatabasePoolSize: POOL,
    });
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    const enqueue = (workflowName: string, argument?: unknown) =>
      client.enqueue({ queueName: QUEUE, workflowName }, argument);
    return {
      submit: async (task: PeerTask) => {
        switch (task.kind) {
          case 'chain':
            await enqueue('chain', task.count);
            return;
          case 'graph':
            await enqueue('graph', task.command);
            return;
          case 'paced':
            return atPace(task, () => enqueue('paced', now()));
          default: {
            const limit = pLimit(IN_FLIGHT);
            await Promise.all(Array.from({ length: task.count }, () => limit(() => enqueue(task.kind))));
          }
        }
      },
      settled: async () => {
        const { rows } = await pool.query<{ open: boolean }>(
          `select exists (select from dbos.workflow_status where status in ('ENQUEUED', 'PENDING')) as open`,
        );
        return !rows[0]!.open;
      },
    };
  },

  worker: async ({ databaseUrl }, tally) => {
    register(tally);
    DBOS.setConfig({
      name: 'bench',
      systemDatabaseUrl: databaseUrl,
      systemDatabasePoolSize: POOL,
      logLevel: 'error',
      applicationVersion: '1',
    });
    await DBOS.launch();
    await DBOS.registerQueue(QUEUE, { workerConcurrency: SLOTS, minPollingIntervalMs: POLLING_MS });
    await DBOS.shutdown();
    return { begin: () => DBOS.launch(), end: () => DBOS.shutdown() };
  },
});

/** What is one operation elsewhere is a workflow here, or a step of one where operations depend on each other. */
function register(tally: Tally): void {
  const workflow = (name: string, act: (argument: never) => Promise<void>) =>
    // Safe cast: the benchmark starts it with its own arguments only.
    DBOS.registerWorkflow(act as (argument: unknown) => Promise<void>, { name });
  const step = (act: () => Promise<unknown>) => DBOS.runStep(act, { name: 'step' });
  const nothing = () => Promise.resolve();
  workflow('noop', async () => tally.one());
  workflow('commands', async () => {
    await step(() => execute(TRUE));
    tally.one();
  });
  workflow('chain', async (count: number) => {
    for (let done = 0; done < count; done++) {
      await step(nothing);
      tally.one();
    }
  });
  workflow('graph', (command: string[] | null) =>
    walk(GRAPH_SLOTS, async () => {
      await step(command ? () => execute(command) : nothing);
      tally.one();
    }),
  );
  workflow('paced', async (sentAt: number) => tally.one(sentAt));
}
