import type pg from 'pg';
import { withoutIndexes } from './indexes.js';

/** A valid trail: each record is chained to the one before it (docs/audit-format.md). */
const TRAIL = `
  create function pg_temp.member(name text, value text) returns text language sql immutable as $$
    select name || ' ' || octet_length(value) || ' ' || value || E'\\n'
  $$;
  create function pg_temp.trail(p_count int, p_days float8) returns setof control_center.audit_log language plpgsql as $$
  declare
    record control_center.audit_log;
    user_ids text[] := array(select overlay(overlay(md5(n::text) placing '4' from 13) placing '8' from 17)::uuid::text
                               from generate_series(0, 19) n);
    actions text[] := '{server.create,workflow.submit,batch.execute,task.cancel,server.delete}';
  begin
    record.prev_hash := repeat('0', 64);
    record.service := 'orchestrator';
    record.ip := '192.0.2.7';
    record.result := 'success';
    record.details := '{"infra":"production","plan":"1xCPU-2 GB","zone":"de-fra1"}';
    for n in 1 .. p_count loop
      record.seq := n;
      record.event_id := overlay(overlay(md5(n::text) placing '7' from 13) placing '8' from 17)::uuid::text;
      record.at := to_char((now() - make_interval(secs => p_days * 86400 * (p_count - n + 1) / p_count)) at time zone 'UTC',
                           'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
      record.user_id := user_ids[1 + n % 20];
      record.username := 'user-' || n % 20;
      record.session_id := user_ids[1 + n % 7];
      record.request_id := 'request-' || n;
      record.action := actions[1 + least(4, floor(sqrt(n % 25))::int)];
      record.resource := 'servers/web-' || n % 5000;
      record.hash := encode(sha256(convert_to(E'provisioning-audit-v1\\n' || pg_temp.member('seq', record.seq::text)
        || pg_temp.member('prev_hash', record.prev_hash) || pg_temp.member('id', record.event_id)
        || pg_temp.member('timestamp', record.at) || pg_temp.member('service', record.service)
        || pg_temp.member('user_id', record.user_id) || pg_temp.member('username', record.username)
        || pg_temp.member('session_id', record.session_id) || pg_temp.member('ip', record.ip)
        || pg_temp.member('request_id', record.request_id) || pg_temp.member('action', record.action)
        || pg_temp.member('resource', record.resource) || pg_temp.member('result', record.result)
        || pg_temp.member('details', record.details), 'UTF8')), 'hex');
      return next record;
      record.prev_hash := record.hash;
    end loop;
  end $$`;

/** Fills the audit trail of a control center before its start: each record is about one task. */
export async function fillAudit(client: pg.ClientBase, count: number, days: number): Promise<void> {
  await client.query('begin');
  await client.query(TRAIL);
  await withoutIndexes(client, ['control_center.audit_log'], async () => {
    await client.query('insert into control_center.audit_log select * from pg_temp.trail($1, $2)', [
      count,
      days,
    ]);
  });
  await client.query('commit');
  await client.query('vacuum analyze control_center.audit_log');
}
