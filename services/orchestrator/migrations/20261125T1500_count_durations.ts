import type { Knex } from 'knex';

/** How long tasks took, counted as they end: what /metrics shows never looks at every task. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Upper bound of the class of durations that these fell into; null where nothing ran.
    alter table tallies add le double precision;
    delete from tallies
      where kind in ('workflow', 'operation', 'rollback', 'survey') and status in ('Completed', 'Failed', 'Cancelled');
    insert into tallies (day, kind, status, n, seconds, le)
      select (completed_at at time zone 'UTC')::date, kind, status, count(*),
             coalesce(sum(extract(epoch from completed_at - started_at)), 0), le
        from (select *, extract(epoch from completed_at - started_at) as took from tasks
                where status in ('Completed', 'Failed', 'Cancelled')) ended
             cross join lateral (select min(bound) as le
               from unnest('{1,5,10,30,60,300,900,3600,Infinity}'::double precision[]) as bound where bound >= took) class
        group by 1, kind, status, le;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
