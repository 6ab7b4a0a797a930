import { containing, newestFirst, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { Thing } from '../../domain/access/visibility.js';
import type { InventoryStore, JournalFilter, ResourceFilter } from '../../domain/rollback/inventory-store.js';
import type { Page } from '../../domain/page.js';
import type { JournalEntry, Resource } from '../../domain/rollback/rollback.js';
import { toEntry, toResource, type JournalRow, type ResourceRow } from './journal-rows.js';
import type { ResourceKey } from '../../domain/rollback/resource-key.js';
import { onlyThings, THING_COLUMNS } from '../access/visible-rows.js';

/** Reads the inventory and the journal. */
export class PostgresInventoryStore implements InventoryStore {
  constructor(private readonly database: Knex) {}

  async everything(infras?: readonly string[]): Promise<Resource[]> {
    const resources = this.database<ResourceRow>('resources');
    const rows = await (infras ? resources.whereIn('infra', [...infras]) : resources)
      .select<ResourceRow[]>('*')
      .orderBy(['infra', 'kind', 'name']);
    return rows.map(toResource);
  }

  async resources({
    visible,
    limit,
    offset,
    after,
    text,
    ...filter
  }: ResourceFilter): Promise<{ resources: Resource[]; total: number }> {
    const matching = () => {
      const query = this.database<ResourceRow>('resources').where(given({ ...filter }));
      if (text !== undefined) query.whereRaw('name ilike ?', [containing(text)]);
      onlyThings(query, visible);
      return query;
    };
    const page = matching()
      .select<ResourceRow[]>('*')
      .orderBy(['infra', 'kind', 'name'])
      .limit(limit)
      .offset(offset);
    if (after) void page.whereRaw('(infra, kind, name) > (?, ?, ?)', [after.infra, after.kind, after.name]);
    const [rows, total] = await Promise.all([page, countOf(matching())]);
    return { resources: rows.map(toResource), total };
  }

  async find({ infra, kind, name }: ResourceKey): Promise<Resource | undefined> {
    const row = await this.database<ResourceRow>('resources')
      .where({ infra, kind, name })
      .first<ResourceRow | undefined>();
    return row && toResource(row);
  }

  providersOf(infra: string, servers: readonly string[]): Promise<{ name: string; provider: string }[]> {
    return this.database<ResourceRow>('resources')
      .where({ infra, kind: 'server' })
      .whereRaw('name = any (?::text[])', [[...servers]])
      .select('name', 'provider');
  }

  things(): Promise<Thing[]> {
    return rowsOf<Thing>(this.database, `select distinct ${THING_COLUMNS} from resources`);
  }

  journaledThings(): Promise<Thing[]> {
    return rowsOf<Thing>(this.database, `select distinct ${THING_COLUMNS} from journal`);
  }

  async journal({
    visible,
    limit,
    offset,
    after,
    taskId: task_id,
    batchId: batch_id,
    states,
    from,
    to,
    ...filter
  }: JournalFilter): Promise<{ entries: JournalEntry[]; total: number }> {
    const others = [filter.name, filter.provider, task_id, batch_id, states, from, to, visible];
    if (others.every((value) => value === undefined))
      return this.#journalOfMany(filter, { limit, offset, after });
    const matching = () => {
      const query = this.database<JournalRow>('journal').where(given({ ...filter, task_id, batch_id }));
      if (states) query.whereIn('state', [...states]);
      if (from) query.where('at', '>=', from);
      if (to) query.where('at', '<=', to);
      onlyThings(query, visible);
      return query;
    };
    const [rows, total] = await Promise.all([
      newestFirst(matching().select<JournalRow[]>('*'), 'seq', { limit, offset, after }),
      countOf(matching()),
    ]);
    return { entries: rows.map(toEntry), total };
  }

  /** For filters that match millions of entries: the position of the page and the total come from counted ranges (functions/65_ranges.sql). */
  async #journalOfMany(
    { infra, kind }: Pick<JournalFilter, 'infra' | 'kind'>,
    { limit, offset, after }: Page<number>,
  ): Promise<{ entries: JournalEntry[]; total: number }> {
    const filter = given({ infra, kind });
    const [start] = await rowsOf<{ total: string; start_seq: string; rest: string }>(
      this.database,
      'select * from journal_page_start(?, ?, ?)',
      [infra ?? null, kind ?? null, offset],
    );
    const { total, start_seq: from, rest } = start!;
    if (offset >= Number(total)) return { entries: [], total: Number(total) };
    const page = newestFirst(
      this.database('journal').select('seq').where('seq', '<=', from).where(filter),
      'seq',
      { limit, offset: Number(rest), after },
    );
    const rows = await this.database<JournalRow>('journal')
      .select<JournalRow[]>('*')
      .whereIn('seq', page)
      .orderBy('seq', 'desc');
    return { entries: rows.map(toEntry), total: Number(total) };
  }
}

/** Removes undefined members. */
function given(filter: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
