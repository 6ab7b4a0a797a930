import type { Knex } from 'knex';
import { anyServer } from '../../domain/access/act.js';
import { scopeOf } from '../../domain/access/scope.js';
import type { Survey, SurveyEnd, SurveyStore } from '../../domain/state/survey.js';
import { authorshipOf, type Submitter } from '../../domain/workflow/submitter.js';
import { authorshipRow } from '../audit/actor-row.js';
import type { NewTaskRow } from '../tasks/task-submissions.js';
import { rowsOf } from '../rows.js';
import { PostgresScopeStore } from '../access/scope-store.js';

const MAX_ATTEMPTS = 3;

/** Stores surveys as tasks. They take no infra lock, because they change nothing. */
export class PostgresSurveyStore implements SurveyStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void> {
    const scope = scopeOf(submitter.userId, infras.map(anyServer), { checkMode: true });
    const [scopeId] = await this.scopes.ensure([scope]);
    const [only = '', ...others] = infras;
    const row: NewTaskRow = {
      ...authorshipRow(authorshipOf(submitter)),
      id,
      kind: 'survey',
      name: 'survey',
      infra: others.length === 0 ? only : '',
      check_mode: true,
      runner: 'operation',
      program: 'survey',
      verb: [],
      args: [],
      max_attempts: MAX_ATTEMPTS,
      reconcilable: false,
      scope_id: scopeId!,
      spec: { id: 'survey', type: 'survey', infra: '', infras },
    };
    await this.database.raw('select * from submit_tasks(?::jsonb)', [JSON.stringify([row])]);
  }

  async end(id: string): Promise<SurveyEnd | undefined> {
    const [row] = await rowsOf<{ status: string; error: string | null; survey: Survey | null }>(
      this.database,
      `select t.status, t.error, r.data #> '{result,data}' as survey
         from tasks t left join task_results r on r.task_id = t.id where t.id = ?`,
      [id],
    );
    if (row?.status === 'Completed' && row.survey) return { status: 'Completed', survey: row.survey };
    if (row?.status === 'Failed' || row?.status === 'Cancelled')
      return { status: row.status, error: row.error ?? 'The worker gave no reason.' };
    return undefined;
  }

  async giveUp(id: string, by: string): Promise<void> {
    await this.database.raw('select * from cancel_task(?, ?)', [id, by]);
  }
}
