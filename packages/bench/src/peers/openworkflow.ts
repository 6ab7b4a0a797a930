import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import pLimit from 'p-limit';
import pg from 'pg';
import { walk } from './graph.js';
import { serve, type Tally } from './part.js';
import { GRAPH_SLOTS, SLOTS, type PeerTask } from './task.js';

const IN_FLIGHT = 50;

serve({
  client: async ({ databaseUrl }) => {
    const engine = new OpenWorkflow({ backend: await BackendPostgres.connect(databaseUrl) });
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    return {
      submit: async (task: PeerTask) => {
        if (task.kind === 'chain') await engine.runWorkflow({ name: 'chain' }, task.count);
        else if (task.kind === 'graph' && task.command === null) await engine.runWorkflow({ name: 'graph' });
        else if (task.kind === 'noop') {
          const limit = pLimit(IN_FLIGHT);
          await Promise.all(
            Array.from({ length: task.count }, () => limit(() => engine.runWorkflow({ name: 'noop' }))),
          );
        } else throw new Error(`openworkflow is given no work of the kind ${task.kind} here.`);
      },
      settled: async () => {
        const { rows } = await pool.query<{ open: boolean }>(
          `select exists (select from openworkflow.workflow_runs where status in ('pending', 'running')) as open`,
        );
        return !rows[0]!.open;
      },
    };
  },

  worker: async ({ databaseUrl }, tally) => {
    const engine = new OpenWorkflow({ backend: await BackendPostgres.connect(databaseUrl) });
    implement(engine, tally);
    const worker = engine.newWorker({ concurrency: SLOTS });
    return { begin: () => worker.start(), end: () => worker.stop() };
  },
});

function implement(engine: OpenWorkflow, tally: Tally): void {
  engine.implementWorkflow({ name: 'noop' }, () => tally.one());
  engine.implementWorkflow<number, unknown>({ name: 'chain' }, async ({ input, step }) => {
    for (let done = 0; done < input; done++) {
      await step.run({ name: `step-${done}` }, () => undefined);
      tally.one();
    }
  });
  engine.implementWorkflow({ name: 'graph' }, ({ step }) =>
    walk(GRAPH_SLOTS, async (index) => {
      await step.run({ name: `step-${index}` }, () => undefined);
      tally.one();
    }),
  );
}
