import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { anyServer } from '../../domain/access/act.js';
import { scopeOf } from '../../domain/access/scope.js';
import { authorshipOf, type Submitter } from '../../domain/workflow/submitter.js';
import type { PostgresScopeStore } from '../access/scope-store.js';
import { authorshipRow } from '../audit/actor-row.js';
import type { NewTaskRow } from '../tasks/task-submissions.js';

const MAX_ATTEMPTS = 3;

/** A task that asks providers and changes nothing. */
export interface ReadingTask {
  id: string;
  name: 'survey' | 'plan';
  infras: readonly string[];
  spec: Record<string, unknown>;
}

/** How such a task ended; `data`: what it reported. */
export type ReadingEnd<Data> =
  { status: 'Completed'; data: Data } | { status: 'Failed' | 'Cancelled'; error: string };

/** Returns the row of a task that only reads. It takes no infra lock, because it changes nothing. */
export async function readingTaskRow(
  { id, name, infras, spec }: ReadingTask,
  submitter: Submitter,
  scopes: PostgresScopeStore,
): Promise<NewTaskRow> {
  const scope = scopeOf(submitter.userId, infras.map(anyServer), { checkMode: true });
  const [scopeId] = await scopes.ensure([scope]);
  const [only = '', ...others] = infras;
  return {
    ...authorshipRow(authorshipOf(submitter)),
    id,
    kind: 'survey',
    name,
    infra: others.length === 0 ? only : '',
    check_mode: true,
    runner: 'operation',
    program: name,
    verb: [],
    args: [],
    max_attempts: MAX_ATTEMPTS,
    reconcilable: false,
    scope_id: scopeId!,
    spec,
  };
}

/** Returns how a task ended; undefined while it is running. The caller states the type of what it reports. */
export async function readingEnd<Data>(database: Knex, id: string): Promise<ReadingEnd<Data> | undefined> {
  const [row] = await rowsOf<{ status: string; error: string | null; data: Data | null }>(
    database,
    `select t.status, t.error, r.data #> '{result,data}' as data
       from tasks t left join task_results r on r.task_id = t.id where t.id = ?`,
    [id],
  );
  if (row?.status === 'Completed' && row.data) return { status: 'Completed', data: row.data };
  if (row?.status === 'Failed' || row?.status === 'Cancelled')
    return { status: row.status, error: row.error ?? 'The worker gave no reason.' };
  return undefined;
}
