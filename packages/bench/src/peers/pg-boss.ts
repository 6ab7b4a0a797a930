import pg from 'pg';
import { PgBoss, type Job } from 'pg-boss';
import { execute } from './execute.js';
import { atPace, now, serve } from './part.js';
import { SLOTS, TRUE, type PeerTask } from './task.js';

const KINDS = ['noop', 'commands', 'paced'] as const;
const BATCH = 8;

serve({
  client: async ({ databaseUrl }) => {
    const boss = await started(databaseUrl);
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
    return {
      submit: async (task: PeerTask) => {
        if (task.kind === 'paced') await atPace(task, () => boss.send('paced', { sentAt: now() }));
        else if (task.kind === 'noop' || task.kind === 'commands')
          await boss.insert(
            task.kind,
            Array.from({ length: task.count }, () => ({ data: {} })),
          );
        else throw new Error(`pg-boss has no work of the kind ${task.kind} here.`);
      },
      settled: async () => {
        const { rows } = await pool.query<{ open: boolean }>(
          `select exists (select from pgboss.job where name = any($1) and state < 'completed') as open`,
          [KINDS],
        );
        return !rows[0]!.open;
      },
    };
  },

  worker: async ({ databaseUrl }, tally) => {
    const boss = await started(databaseUrl);
    for (const kind of KINDS) await boss.createQueue(kind, { notify: true });
    // Sixteen at once, fetched eight at a time, without a pause while there is more; NOTIFY wakes them.
    const options = { batchSize: BATCH, localConcurrency: SLOTS / BATCH, burstWhenBatchFull: true };
    const every = (act: (data: { sentAt?: number }) => unknown) => async (jobs: Job<object>[]) => {
      await Promise.all(jobs.map(({ data }) => act(data)));
    };
    await boss.work(
      'noop',
      options,
      every(() => tally.one()),
    );
    await boss.work(
      'commands',
      options,
      every(async () => {
        await execute(TRUE);
        tally.one();
      }),
    );
    await boss.work(
      'paced',
      options,
      every(({ sentAt }) => tally.one(sentAt)),
    );
    return {};
  },
});

async function started(connectionString: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, max: SLOTS + 2, useListenNotify: true });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  return boss;
}
