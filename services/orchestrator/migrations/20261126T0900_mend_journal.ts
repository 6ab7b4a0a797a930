import type { Knex } from 'knex';

/**
 * What a task had meant to do stayed meant for ever where the task was cancelled while it did not run; and a task could not
 * tell the journal of two things of one id and name in two infras.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    update journal set state = 'unknown' from tasks t
      where journal.state = 'intended' and t.id = journal.task_id and t.status in ('Completed', 'Failed', 'Cancelled');
    drop index journal_once;
    create unique index journal_once on journal (task_id, infra, kind, name, change, resource_id) where state <> 'intended';
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
