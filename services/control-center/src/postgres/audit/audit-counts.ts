import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { AuditFilter } from '../../domain/audit/audit-log.js';

const SEGMENT = 10_000;

/**
 * Counts records by segments that no longer change: records are only appended, in the order of their numbers. Records
 * outside the segments are counted one by one: the newest, and those where a time filter cuts a segment.
 */
export class PostgresAuditCounts {
  constructor(
    private readonly database: Knex,
    private readonly size = SEGMENT,
  ) {}

  /** Counts the matches of a filter without a resource: those are few, and have an index. */
  async count({ userId, action, from, to }: Omit<AuditFilter, 'resource'>): Promise<number> {
    const since = from === undefined ? 'true' : 'at >= :from';
    const until = to === undefined ? 'true' : 'at <= :to';
    const who = [userId === undefined ? 'true' : 'user_id = :userId', action === undefined ? 'true' : 'action = :action'].join(' and '); // prettier-ignore
    const rows = await rowsOf<{ total: string }>(
      this.database,
      `with segments as materialized (
         select after_seq, upto,
                ${since.replace('at', 'first_at')} and ${until.replace('at', 'last_at')}
                  and after_seq >= (select min(seq) from audit_log) - 1 as is_whole
           from audit_segments where ${since.replace('at', 'last_at')} and ${until.replace('at', 'first_at')}
       )
       select (select coalesce(sum(n), 0) from audit_counts join segments using (upto) where is_whole and ${who})
            + (select coalesce(sum(cut.n), 0) from segments cross join lateral (
                 select count(*) as n from audit_log
                  where seq > after_seq and seq <= upto and ${who} and ${since} and ${until}) cut
                where not is_whole)
            + (select count(*) from audit_log
                where seq > (select coalesce(max(upto), 0) from audit_segments) and ${who} and ${since} and ${until}) as total`,
      { userId: userId ?? null, action: action ?? null, from: from?.toISOString() ?? null, to: to?.toISOString() ?? null }, // prettier-ignore
    );
    return Number(rows[0]!.total);
  }

  /**
   * Counts the next full segment and removes those that the retention has dropped. Several processes may call it at
   * once.
   * @returns whether there was one.
   */
  closeNext(): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const rows = await rowsOf<{ mine: boolean }>(
        transaction,
        `select pg_try_advisory_xact_lock(hashtext('control_center.audit_counts')) as mine`,
      );
      if (!rows[0]!.mine) return false;
      await transaction.raw('delete from audit_segments where upto < (select min(seq) from audit_log)');
      // Safe cast: Knex types raw results as any; pg counts the rows.
      const counted = (await transaction.raw(
        `with last as (
           select coalesce((select max(upto) from audit_segments), (select min(seq) - 1 from audit_log)) as upto
         ), segment as (
           insert into audit_segments (after_seq, upto, first_at, last_at)
             select last.upto, max(next.seq), min(next.at), max(next.at)
               from last cross join lateral (
                 select seq, at from audit_log where seq > last.upto order by seq limit :size) next
              group by last.upto having count(*) = :size
             returning after_seq, upto
         )
         insert into audit_counts (upto, user_id, action, n)
           select segment.upto, user_id, action, count(*)
             from segment join audit_log on seq > segment.after_seq and seq <= segment.upto
            group by segment.upto, user_id, action`,
        { size: this.size },
      )) as { rowCount: number };
      return counted.rowCount > 0;
    });
  }
}
