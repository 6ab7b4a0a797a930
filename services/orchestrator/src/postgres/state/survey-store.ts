import type { Knex } from 'knex';
import type { Survey, SurveyEnd, SurveyStore } from '../../domain/state/survey.js';
import type { Submitter } from '../../domain/workflow/submitter.js';
import { PostgresScopeStore } from '../access/scope-store.js';
import { readingEnd, readingTaskRow } from './reading-task.js';

/** Stores surveys as tasks. */
export class PostgresSurveyStore implements SurveyStore {
  constructor(
    private readonly database: Knex,
    private readonly scopes = new PostgresScopeStore(database),
  ) {}

  async submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void> {
    const spec = { id: 'survey', type: 'survey', infra: '', infras };
    const row = await readingTaskRow({ id, name: 'survey', infras, spec }, submitter, this.scopes);
    await this.database.raw('select * from submit_tasks(?::jsonb)', [JSON.stringify([row])]);
  }

  async end(id: string): Promise<SurveyEnd | undefined> {
    const end = await readingEnd<Survey>(this.database, id);
    return end?.status === 'Completed' ? { status: 'Completed', survey: end.data } : end;
  }

  async giveUp(id: string, by: string): Promise<void> {
    await this.database.raw('select * from cancel_task(?, ?)', [id, by]);
  }
}
