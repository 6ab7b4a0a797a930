import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { OperationSpec } from '../../domain/batch/batch.js';
import type { StoredBatch, StoredWorkReader, StoredWorkflow } from '../../domain/access/stored-questions.js';
import { grouped } from '../grouped.js';

const WORKFLOWS_A_PAGE = 1_000;
/** A batch may have 10,000 operations. */
const BATCHES_A_PAGE = 20;

interface WorkflowRow extends Pick<StoredWorkflow, 'id' | 'infra' | 'verb' | 'args' | 'owner'> {
  check_mode: boolean;
}

/** Submitted work of any release: only columns that the schema of 0.1 has. */
export class PostgresStoredWork implements StoredWorkReader {
  constructor(private readonly database: Knex) {}

  async *workflows(from: Date, to: Date): AsyncGenerator<StoredWorkflow[]> {
    const pages = this.#pages<WorkflowRow>(
      `select id, infra, verb, args, check_mode, created_by as owner from tasks
        where kind = 'workflow' and created_at >= :from and created_at < :to
          and (:after::uuid is null or id > :after::uuid) order by id limit :limit`,
      { from, to, limit: WORKFLOWS_A_PAGE },
    );
    for await (const page of pages)
      yield page.map(({ check_mode: checkMode, ...row }) => ({ ...row, checkMode }));
  }

  async *batches(from: Date, to: Date): AsyncGenerator<StoredBatch[]> {
    const pages = this.#pages<Omit<StoredBatch, 'specs'>>(
      `select id, kind, name, created_by as owner from batches
        where created_at >= :from and created_at < :to
          and (:after::uuid is null or id > :after::uuid) order by id limit :limit`,
      { from, to, limit: BATCHES_A_PAGE },
    );
    for await (const page of pages) {
      // Undoing tasks of a batch are left out: its submission covers them.
      const operations = await rowsOf<{ batch_id: string; spec: OperationSpec }>(
        this.database,
        `select t.batch_id, s.spec from tasks t join task_specs s on s.task_id = t.id
          where t.batch_id = any (?::uuid[]) and t.kind = 'operation' order by t.batch_id, t.seq`,
        [page.map(({ id }) => id)],
      );
      const specs = grouped(operations, ({ batch_id: id }) => id);
      yield page.map((batch) => ({ ...batch, specs: (specs.get(batch.id) ?? []).map(({ spec }) => spec) }));
    }
  }

  async *#pages<Row extends { id: string }>(
    sql: string,
    bindings: Record<string, Knex.RawBinding>,
  ): AsyncGenerator<Row[]> {
    let after: string | null = null;
    for (;;) {
      const page: Row[] = await rowsOf<Row>(this.database, sql, { ...bindings, after });
      if (page.length === 0) return;
      yield page;
      after = page.at(-1)!.id;
    }
  }
}
