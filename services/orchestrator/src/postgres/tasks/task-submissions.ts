import { isPostgresAway, prepareStatement } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { SubmitOutcome } from '../../domain/task/task-store.js';
import type { NewTask, TaskKind } from '../../domain/task/task.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import type { Grant } from '../../domain/access/grant.js';
import { authorshipRow, type AuthorshipRow } from '../audit/actor-row.js';

/** A task that is being submitted. */
export interface Submission {
  task: NewTask;
  scopeId: string;
  idempotency: IdempotencyKey | undefined;
}

interface SubmittedRow {
  id: string;
  task_id: string;
  outcome: SubmitOutcome['outcome'];
}

type Settled = PromiseSettledResult<SubmitOutcome>;

/** Returns a function that submits several tasks in one transaction, with an outcome for each. */
export function submitTogether(database: Knex): (submissions: Submission[]) => Promise<Settled[]> {
  const run = prepareStatement<SubmittedRow>(database, {
    name: 'submit_tasks',
    text: 'select * from submit_tasks($1::jsonb)',
  });
  const submit = async (submissions: readonly Submission[]): Promise<SubmitOutcome[]> => {
    const rows = await run([JSON.stringify(submissions.map(taskRow))]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return submissions.map(({ task }) => outcomeOf(byId.get(task.id)));
  };
  return async (submissions) => {
    try {
      return (await submit(submissions)).map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      // It may have been committed: clients with an Idempotency-Key can repeat the request.
      if (isPostgresAway(error) || submissions.length === 1) throw error;
      // One of them cannot be stored, so none was. Each is stored on its own.
      const settled: Settled[] = [];
      for (const each of submissions)
        settled.push(...(await Promise.allSettled([submit([each]).then(([outcome]) => outcome!)])));
      return settled;
    }
  };
}

/** A task as the SQL function `submit_tasks` takes it: columns of `tasks`, and its Idempotency-Key. */
export interface NewTaskRow extends AuthorshipRow {
  id: string;
  kind: TaskKind;
  name: string;
  infra: string;
  check_mode: boolean;
  /** `command` where absent. */
  runner?: 'command' | 'operation';
  program: string;
  verb: readonly string[];
  args: readonly string[];
  max_attempts: number;
  reconcilable: boolean;
  retry_of?: string | null;
  granted_on?: Grant | null;
  scope_id: string;
  principal?: string | undefined;
  key?: string | undefined;
  hash?: string | undefined;
  /** What an operation is to do, or a workflow that executes a plan may do. */
  spec?: Record<string, unknown>;
}

/** Returns the row of a new task. */
export function taskRow({ task, scopeId, idempotency }: Submission): NewTaskRow {
  return {
    ...authorshipRow(task),
    id: task.id,
    kind: task.kind,
    name: task.name,
    infra: task.infra,
    check_mode: task.checkMode,
    program: task.program,
    verb: task.verb,
    args: task.args,
    max_attempts: task.maxAttempts,
    reconcilable: task.reconcilable,
    retry_of: task.retryOf,
    granted_on: task.grant ?? null,
    scope_id: scopeId,
    principal: idempotency?.principal,
    key: idempotency?.key,
    hash: idempotency?.requestHash,
  };
}

function outcomeOf(row: SubmittedRow | undefined): SubmitOutcome {
  if (!row || row.outcome === 'conflict') return { outcome: 'conflict' };
  return { outcome: row.outcome, taskId: row.task_id };
}
