import type { Knex } from 'knex';

/** What tasks and batches touch and whose they are, in the words of the policies (src/domain/access/scope.ts). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row for all that touch the same and belong to the same user: never changed, never many.
    create table access_scopes (
      id    uuid primary key,
      -- { owner, checkMode, batch, acts: [{ action, kind, infra, name, provider }] }
      scope jsonb not null
    );
    alter table tasks add scope_id uuid;
    alter table batches add scope_id uuid;
  `);
  // What is there gets its scope from what it is. Its id is not the hash of its text, as that of new ones is: all that
  // counts is that it never changes.
  await knex.raw(`
    create temporary table found_scopes on commit drop as
      with acts as (
        select t.id, jsonb_build_object('action', case t.verb[2] when 'delete' then 'delete' else 'create' end,
                 'kind', case when t.verb[1] in ('taskserv', 'cluster') then t.verb[1] else 'server' end,
                 'infra', t.infra, 'name', case when t.verb[1] in ('taskserv', 'cluster') then t.args[1] end,
                 'provider', null) as act
          from tasks t where t.kind = 'workflow'
        union
        select t.id, jsonb_build_object('action', 'create', 'kind', 'server', 'infra', of.infra, 'name', null,
                                        'provider', null)
          from tasks t join task_specs s on s.task_id = t.id
          cross join lateral jsonb_array_elements_text(coalesce(s.spec -> 'infras', '[]')) as of (infra)
          where t.kind = 'survey'
        union
        select t.id, jsonb_build_object('action', 'create', 'kind', 'server', 'infra', t.infra, 'name', null,
                                        'provider', s.spec ->> 'provider')
          from tasks t join task_specs s on s.task_id = coalesce(t.compensates, t.id) where s.spec ->> 'type' = 'server_batch'
        union
        select t.id, jsonb_build_object('action', 'create', 'kind', 'taskserv', 'infra', t.infra, 'name', service.name,
                                        'provider', s.spec ->> 'provider')
          from tasks t join task_specs s on s.task_id = coalesce(t.compensates, t.id)
          cross join lateral jsonb_array_elements_text(s.spec -> 'taskservs') as service (name)
          where s.spec ->> 'type' = 'taskserv_batch'
        union
        select t.id, jsonb_build_object('action', 'create', 'kind', 'cluster', 'infra', t.infra,
                                        'name', s.spec ->> 'cluster_type', 'provider', s.spec ->> 'provider')
          from tasks t join task_specs s on s.task_id = coalesce(t.compensates, t.id) where s.spec ->> 'type' = 'cluster_batch'
        union
        select t.id, jsonb_build_object('action', 'execute', 'kind', 'command', 'infra', t.infra,
                                        'name', split_part(ltrim(line), ' ', 1), 'provider', s.spec ->> 'provider')
          from tasks t join task_specs s on s.task_id = coalesce(t.compensates, t.id)
          cross join lateral jsonb_array_elements_text((s.spec -> 'commands') || coalesce(s.spec -> 'undo_commands', '[]')) as line
          where s.spec ->> 'type' = 'command_batch'
        union
        select t.id, jsonb_build_object(
                 'action', case change ->> 'action' when 'created' then 'delete' when 'destroyed' then 'create' else 'update' end,
                 'kind', case when change ->> 'kind' in ('taskserv', 'cluster') then change ->> 'kind' else 'server' end,
                 'infra', coalesce(change ->> 'infra', t.infra),
                 'name', case change ->> 'kind' when 'taskserv' then regexp_replace(change ->> 'name', '^.*/', '')
                                                when 'cluster' then change ->> 'name' end,
                 'provider', s.spec ->> 'provider')
          from tasks t join task_specs s on s.task_id = t.id
          cross join lateral jsonb_array_elements(s.spec -> 'changes') as change
          where s.spec ->> 'type' = 'undo'
      )
      select t.id, t.batch_id, t.created_by, t.check_mode,
             coalesce(jsonb_agg(a.act order by a.act::text) filter (where a.act is not null), '[]') as acts
        from tasks t left join acts a on a.id = t.id group by t.id;

    create temporary table new_scopes on commit drop as
      select 'tasks' as of, id as owner_id,
             jsonb_build_object('owner', created_by, 'checkMode', check_mode, 'batch', null, 'acts', acts) as scope
        from found_scopes
      union all
      select 'batches', b.id,
             jsonb_build_object('owner', b.created_by, 'checkMode', false,
                                'batch', case b.kind when 'batch' then b.name end,
                                'acts', coalesce((select jsonb_agg(distinct act order by act) from found_scopes f
                                                    cross join lateral jsonb_array_elements(f.acts) as act
                                                    where f.batch_id = b.id), '[]'))
        from batches b;

    insert into access_scopes (id, scope) select gen_random_uuid(), scope from new_scopes group by scope;
    update tasks t set scope_id = s.id from new_scopes n join access_scopes s on s.scope = n.scope
      where n.of = 'tasks' and n.owner_id = t.id;
    update batches b set scope_id = s.id from new_scopes n join access_scopes s on s.scope = n.scope
      where n.of = 'batches' and n.owner_id = b.id;
  `);
}

export async function down(): Promise<void> {
  throw new Error('Migrations go forward only: restore a backup instead.');
}
