import { literal } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Thing, VisibleRows, VisibleTasks } from '../../domain/access/visibility.js';

/** Returns patterns of LIKE for ids such as `prod*`. */
function likes(ids: readonly string[]): string[] {
  return ids.map((id) => literal(id).replace(/\*$/, '%'));
}

/** Limits tasks or batches to visible ones; no limit if `visible` is undefined. */
export function onlyVisible(
  query: Knex.QueryBuilder,
  table: 'tasks' | 'batches' | 'plans',
  visible: VisibleRows | undefined,
): void {
  if (!visible) return;
  query.whereRaw(`${table}.scope_id = any (?::uuid[])`, [[...visible.scopes]]);
  if (visible.deniedIds.length > 0) notLike(query, `${table}.id`, visible.deniedIds);
}

/** Excludes rows by their ids, or by prefixes that end with `*`. */
export function notLike(query: Knex.QueryBuilder, column: string, ids: readonly string[]): void {
  query.whereRaw(`${column}::text not like all (?::text[])`, [likes(ids)]);
}

/** Limits tasks to visible ones. The operations of a denied batch are denied. */
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

/** Columns of {@link Thing} for a row of the inventory or the journal. */
const KIND = `case when kind in ('taskserv', 'cluster') then kind else 'server' end`;
const NAME = `case kind when 'taskserv' then regexp_replace(name, '^.*/', '') when 'cluster' then name end`;
export const THING_COLUMNS = `infra, ${KIND} as kind, ${NAME} as name, provider`;

/** Limits rows of the inventory or the journal to visible resources; no limit if `things` is undefined. */
export function onlyThings(query: Knex.QueryBuilder, things: readonly Thing[] | undefined): void {
  if (!things) return;
  query.whereRaw(
    `(infra, ${KIND}, coalesce(${NAME}, ''), provider) in (
       select t.infra, t.kind, coalesce(t.name, ''), t.provider
         from jsonb_to_recordset(?::jsonb) as t (infra text, kind text, name text, provider text))`,
    [JSON.stringify(things)],
  );
}
