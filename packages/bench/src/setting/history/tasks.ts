import type pg from 'pg';
import { withoutIndexes } from './indexes.js';
import { partitionsOf, STATEMENTS, workOf } from './statements.js';

const TABLES = ['tasks', 'batches', 'event_rows', 'task_results', 'task_specs', 'task_logs', 'journal'];

/**
 * Fills the tables of the orchestrator as if that many tasks had run at a steady rate over that many days: every row of
 * their transitions, in the order of time. Must run before anything reads the history.
 */
export async function fillTasks(client: pg.ClientBase, count: number, days: number): Promise<void> {
  await client.query('begin');
  await client.query(partitionsOf(days));
  await client.query(workOf(count, days));
  await withoutIndexes(client, TABLES, async () => {
    for (const statement of STATEMENTS) await client.query(statement);
  });
  // Consumers do not process the earlier history again.
  await client.query(`select setval('event_seq', (select (max(seq) + 4095) / 4096 * 4096 from task_logs))`);
  await client.query('update feed_positions set seq = (select max(seq) from task_logs)');
  await client.query('analyze tasks, journal');
  // As workers do every few seconds.
  await client.query('select sum_tallies()');
  await client.query('select close_ranges(1000000)');
  await client.query('drop table work, batch_work');
  await client.query('commit');
  await client.query('vacuum analyze');
}
