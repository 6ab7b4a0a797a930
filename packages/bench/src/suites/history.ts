import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fillAudit } from '../setting/history/audit.js';
import { fillTasks } from '../setting/history/tasks.js';
import { startPlatform } from '../setting/platform.js';
import type { Suite } from '../suite.js';
import { endpointWorks, type Site } from './history-endpoints.js';

const LITTLE = 1_000;
const MUCH = 1_000_000;
/** The default retention; the small history has the same rate, in its last part. */
const DAYS = 30;
const SEGMENT = 10_000;
const COUNTED_WITHIN_MS = 60_000;

/** The cost of reads after a million tasks, beside that after a thousand. */
export const historySuite: Suite = {
  name: 'history',
  rounds: 3,
  prepare: async () => {
    const sites: Site[] = [];
    const stop = async () => {
      for (const site of sites) await site.stop();
    };
    try {
      for (const count of [LITTLE, MUCH]) sites.push(await startSite(count));
      return { works: endpointWorks(sites[0]!, sites[1]!), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

async function startSite(count: number): Promise<Site> {
  const days = (DAYS * count) / MUCH;
  const platform = await startPlatform({
    redis: false,
    workers: 0,
    fill: async (databaseUrl) => {
      const start = performance.now();
      await connected(databaseUrl, async (client) => {
        await fillTasks(client, count, days);
        await fillAudit(client, count, days);
      });
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      process.stderr.write(`${count.toLocaleString('en-US')} tasks filled in within ${seconds} s\n`);
    },
  });
  try {
    await connected(platform.databaseUrl, audited);
    return { ...platform, count, ...(await connected(platform.databaseUrl, samplesOf)) };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

async function connected<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    options: '-c search_path=orchestrator',
    application_name: 'bench',
  });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

/** The control center counts its trail in the background: the benchmark does not wait a month for it. */
async function audited(client: pg.Client): Promise<void> {
  for (const until = Date.now() + COUNTED_WITHIN_MS; Date.now() < until; await sleep(200)) {
    const { rows } = await client.query<{ left: string }>(
      `select (select max(seq) from control_center.audit_log)
              - (select coalesce(max(upto), 0) from control_center.audit_segments) as left`,
    );
    if (Number(rows[0]!.left) < SEGMENT) return;
  }
  throw new Error('the control center has not counted its trail');
}

/** Some of each kind, spread over the whole time. */
async function samplesOf(client: pg.Client): Promise<Pick<Site, 'tasks' | 'batches' | 'longest'>> {
  const some = async (table: string) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from (select id, row_number() over (order by id) as n, count(*) over () as all_of_them from ${table}) t
        where n % greatest(1, all_of_them / 200) = 0`,
    );
    return rows.map(({ id }) => id);
  };
  const { rows } = await client.query<{ id: string }>(
    'select task_id as id from task_logs group by task_id order by count(*) desc limit 1',
  );
  return { tasks: await some('tasks'), batches: await some('batches'), longest: rows[0]!.id };
}
