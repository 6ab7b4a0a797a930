import type { Knex } from 'knex';

/**
 * Every event has one of the types of the catalogue (src/domain/event/catalogue.ts): those that this release and the one
 * before record. Only new rows are checked, so the table is locked for a moment; the next migration checks the others.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table events add constraint events_type_known check (type in (
      'submitted', 'ready', 'started', 'reconciling', 'progress', 'attempt_failed', 'requeued', 'outcome_unknown',
      'cancel_requested', 'cancelled', 'finished', 'late_result', 'rolling_back', 'health', 'checkpoint_created',
      'resource_changed', 'refused', 'told')) not valid;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
