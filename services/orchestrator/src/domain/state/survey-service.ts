import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { Submitter } from '../workflow/submitter.js';
import type { Survey, SurveyStore } from './survey.js';

const ASK_EVERY_MS = 50;
/** Longer than the time limits of the providers. */
const PATIENCE_MS = 120_000;

/** Asks the providers which resources exist, with a task: only workers have credentials of the providers. */
export class SurveyService {
  constructor(
    private readonly store: SurveyStore,
    private readonly notifier: Pick<WorkerNotifier, 'submitted'>,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** @throws Failure `unavailable` (`survey_failed`) if the task fails or does not end within two minutes */
  async survey(infras: readonly string[], submitter: Submitter): Promise<Survey> {
    if (infras.length === 0) return { drivers: [], infras: [] };
    const id = uuidv7();
    await this.store.submit(id, infras, submitter);
    this.notifier.submitted({ id, kind: 'survey', name: 'survey', infras, submittedBy: submitter.username });
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const end = await this.store.end(id);
      if (end?.status === 'Completed') return end.survey;
      if (end) throw failure(`The survey of the providers failed: ${end.error}`);
      if (performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    await this.store.giveUp(id, submitter.username);
    throw failure(
      'No worker has answered within the time limit. Check that workers are running (GET /state/system/health) and try again.',
    );
  }
}

function failure(message: string): Failure {
  return new Failure('unavailable', message, { code: 'survey_failed' });
}
