import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { JournalStore } from '../../domain/rollback/journal-store.js';
import type { IdentifiedResource, JournalEntry } from '../../domain/rollback/rollback.js';
import { toEntry, type JournalRow } from './journal-rows.js';

/** Reads the journal for rollbacks. */
export class PostgresJournalStore implements JournalStore {
  constructor(private readonly database: Knex) {}

  async changesAfter(seq: number, infras: readonly string[]): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      'select * from changes_after(?) where infra = any (?::text[]) order by seq desc',
      [seq, [...infras]],
    );
    return rows.map(toEntry);
  }

  async historyAfter(seq: number, infras?: readonly string[]): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      `select * from journal
        where seq > :seq and state in ('done', 'undone', 'unknown')
          and (:infras::text[] is null or infra = any (:infras::text[]))
        order by seq desc`,
      { seq, infras: infras ? [...infras] : null },
    );
    return rows.map(toEntry);
  }

  madeHere(resources: readonly IdentifiedResource[]): Promise<IdentifiedResource[]> {
    return rowsOf<IdentifiedResource>(
      this.database,
      `select * from jsonb_to_recordset(?::jsonb) as t (infra text, kind text, name text, id text)
        where exists (select from journal j
                       where (j.infra, j.kind, j.name, j.change) = (t.infra, t.kind, t.name, 'create')
                         and j.resource_id = journal_id(t.id) and j.state in ('done', 'undone'))`,
      [JSON.stringify(resources)],
    );
  }

  async changesOf(operationId: string): Promise<JournalEntry[]> {
    const rows = await rowsOf<JournalRow>(
      this.database,
      `select journal.* from journal join tasks on tasks.id = journal.task_id
        where journal.state = 'done' and (tasks.id::text = :id or (tasks.op_key = :id and tasks.kind = 'operation'
                                                                  and tasks.program <> 'undo'))
        order by seq desc`,
      { id: operationId },
    );
    return rows.map(toEntry);
  }

  async position(): Promise<number> {
    const [row] = await rowsOf<{ seq: string }>(
      this.database,
      'select coalesce(max(seq), 0) as seq from journal',
    );
    return Number(row?.seq ?? 0);
  }
}
