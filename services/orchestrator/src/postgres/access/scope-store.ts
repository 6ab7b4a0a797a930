import { inSlices, rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { scopeId, type Scope } from '../../domain/access/scope.js';
import { jsonOf } from '../storable.js';

const REMEMBERED = 50_000;

interface ScopeRow {
  id: string;
  scope: Scope;
}

/** Stores the access scopes of tasks and batches. Scopes never change, so they are cached. */
export class PostgresScopeStore {
  readonly #known = new Map<string, Scope>();

  constructor(private readonly database: Knex) {}

  /**
   * Stores new scopes, in a transaction of its own: submissions that insert scopes in different orders would deadlock.
   * @returns the ids of all scopes, in the same order
   */
  async ensure(scopes: readonly Scope[]): Promise<string[]> {
    const ids = await inSlices(scopes, scopeId);
    const missing = new Map(
      ids.flatMap((id, index) => (this.#known.has(id) ? [] : [[id, scopes[index]!] as const])),
    );
    if (missing.size > 0) {
      const rows = [...missing].map(([id, scope]) => ({ id, scope })).sort((a, b) => (a.id < b.id ? -1 : 1));
      await rowsOf(
        this.database,
        `insert into access_scopes (id, scope)
           select s.id, s.scope from jsonb_to_recordset(?::jsonb) as s (id uuid, scope jsonb) order by s.id
           on conflict do nothing`,
        [jsonOf(rows)],
      );
      for (const { id, scope } of rows) this.#remember(id, scope);
    }
    return ids;
  }

  /** Reads scopes by id; unknown ids are left out. */
  async find(ids: readonly string[]): Promise<Map<string, Scope>> {
    const missing = [...new Set(ids)].filter((id) => !this.#known.has(id));
    const found = new Map<string, Scope>();
    if (missing.length > 0) {
      const rows = await rowsOf<ScopeRow>(
        this.database,
        'select id, scope from access_scopes where id = any (?::uuid[])',
        [missing],
      );
      for (const { id, scope } of rows) {
        this.#remember(id, scope);
        found.set(id, scope);
      }
    }
    for (const id of ids) {
      const scope = this.#known.get(id);
      if (scope) found.set(id, scope);
    }
    return found;
  }

  /** All scopes. Only those that are not cached are read. */
  async all(): Promise<ScopeRow[]> {
    const ids = await rowsOf<{ id: string }>(this.database, 'select id from access_scopes');
    const found = await this.find(ids.map(({ id }) => id));
    return [...found].map(([id, scope]) => ({ id, scope }));
  }

  #remember(id: string, scope: Scope): void {
    if (this.#known.size >= REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(id, scope);
  }
}
