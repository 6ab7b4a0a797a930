import type { Knex } from 'knex';

/** Whether a batch was resumed already is asked at each resume. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index batches_resuming on batches (resume_of) where resume_of is not null');
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
