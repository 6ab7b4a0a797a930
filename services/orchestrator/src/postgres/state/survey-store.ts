import type { Knex } from 'knex';
import { anyServer } from '../../domain/access/act.js';
import { scopeOf } from '../../domain/access/scope.js';
import type { SurveyStore } from '../../domain/state/survey.js';
import type { Survey, SurveyEnd } from '../../domain/state/survey.js';
import type { Submitter } from '../../domain/workflow/submitter.js';
import { actorRow } from '../audit/actor-row.js';
import { rowsOf } from '../rows.js';
import { PostgresScopeStore } from '../access/scope-store.js';

const MAX_ATTEMPTS = 3;

/** Tasks that ask the providers: they wait for no infra, since they change none. */
export class PostgresSurveyStore implements SurveyStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void> {
    const { userId, username, requestId, traceparent, actor } = submitter;
    const [scopeId] = await this.scopes.ensure([scopeOf(userId, infras.map(anyServer), { checkMode: true })]);
    const row = {
      ...{
        id,
        kind: 'survey',
        name: 'survey',
        infra: infras.length === 1 ? infras[0] : '',
        check_mode: true,
      },
      ...{
        runner: 'operation',
        program: 'survey',
        verb: [],
        args: [],
        max_attempts: MAX_ATTEMPTS,
        reconcilable: false,
      },
      ...{
        created_by: userId,
        created_by_name: username,
        request_id: requestId,
        traceparent: traceparent ?? null,
        actor: actorRow(actor),
      },
      scope_id: scopeId,
      spec: { id: 'survey', type: 'survey', infra: '', infras },
    };
    await this.database.raw('select * from submit_task(?::jsonb, null, null, null)', [JSON.stringify(row)]);
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
