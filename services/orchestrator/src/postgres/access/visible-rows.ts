import type { Knex } from 'knex';
import type { Thing, VisibleRows, VisibleTasks } from '../../domain/access/visibility.js';

/** `prod*` as a pattern of LIKE. */
function likes(ids: readonly string[]): string[] {
  return ids.map((id) => id.replaceAll(/[\\%_]/g, '\\$&').replace(/\*$/, '%'));
}

/** Limits rows that have a scope to those that may be read. */
export function onlyVisible(
  query: Knex.QueryBuilder,
  table: 'tasks' | 'batches',
  visible: VisibleRows | undefined,
): void {
  if (!visible) return;
  query.whereRaw(`${table}.scope_id = any (?::uuid[])`, [[...visible.scopes]]);
  if (visible.deniedIds.length > 0) notLike(query, `${table}.id`, visible.deniedIds);
}

/** Leaves out rows whose id is one of these, or begins as one that ends with `*`. */
export function notLike(query: Knex.QueryBuilder, column: string, ids: readonly string[]): void {
  query.whereRaw(`${column}::text not like all (?::text[])`, [likes(ids)]);
}

/** The same for tasks: operations of a batch that is denied are denied with it. */
export function onlyVisibleTasks(query: Knex.QueryBuilder, visible: VisibleTasks | undefined): void {
  if (!visible) return;
  onlyVisible(query, 'tasks', visible);
  const { scopes, deniedIds } = visible.deniedBatches;
  if (scopes.length === 0 && deniedIds.length === 0) return;
  query.whereRaw(
    `not exists (select from batches b where b.id = tasks.batch_id
                   and (b.scope_id = any (?::uuid[]) or b.id::text like any (?::text[])))`,
    [[...scopes], likes(deniedIds)],
  );
}

/** Which thing a row of the inventory or of the journal is about, as columns of {@link Thing}. */
const KIND = `case when kind in ('taskserv', 'cluster') then kind else 'server' end`;
const NAME = `case kind when 'taskserv' then regexp_replace(name, '^.*/', '') when 'cluster' then name end`;
export const THING_COLUMNS = `infra, ${KIND} as kind, ${NAME} as name, provider`;

/** Limits rows of the inventory or of the journal to things that may be read. */
export function onlyThings(query: Knex.QueryBuilder, things: readonly Thing[] | undefined): void {
  if (!things) return;
  query.whereRaw(
    `(infra, ${KIND}, coalesce(${NAME}, ''), provider) in (
       select t.infra, t.kind, coalesce(t.name, ''), t.provider
         from jsonb_to_recordset(?::jsonb) as t (infra text, kind text, name text, provider text))`,
    [JSON.stringify(things)],
  );
}
