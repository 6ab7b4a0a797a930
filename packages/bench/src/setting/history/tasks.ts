import type pg from 'pg';
import { withoutIndexes } from './indexes.js';
import { partitionsOf, STATEMENTS, workOf } from './statements.js';

const TABLES = ['tasks', 'batches', 'events', 'task_results', 'task_specs', 'task_logs', 'journal'];

/**
 * Leaves the tables of the orchestrator as they would stand after that many tasks at a steady rate over so many days:
 * every row that their transitions write, in the order of time. To be done before anybody reads the history.
 */
export async function fillTasks(client: pg.ClientBase, count: number, days: number): Promise<void> {
  await client.query('begin');
  await client.query(partitionsOf(days));
  await client.query(workOf(count, days));
  await withoutIndexes(client, TABLES, async () => {
    for (const statement of STATEMENTS) await client.query(statement);
  });
  // Nobody is told anew of what lies before.
  await client.query(`select setval('event_seq', (select max(seq) from task_logs))`);
  await client.query('update feed_positions set seq = (select max(seq) from task_logs)');
  await client.query('analyze tasks, journal');
  // As the workers do every few seconds.
  await client.query('select sum_tallies()');
  await client.query('select close_ranges(1000000)');
  await client.query('drop table work, batch_work');
  await client.query('commit');
  await client.query('vacuum analyze');
}
