import { Failure } from '@provisioning/errors';
import { v7 as uuidv7 } from 'uuid';
import type { WorkerNotifier } from '../worker/worker-notifier.js';
import type { SurveyStore } from './survey.js';
import type { Submitter } from '../workflow/submitter.js';
import type { Survey } from './survey.js';

const ASK_EVERY_MS = 50;
/** Providers that take longer have failed by themselves before. */
const PATIENCE_MS = 120_000;

/** Asks the providers what exists: by a task of its own, since only workers have the means to act at them. */
export class SurveyService {
  constructor(
    private readonly store: SurveyStore,
    private readonly notifier: WorkerNotifier,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** @throws Failure if no worker answers in time */
  async survey(infras: readonly string[], submitter: Submitter): Promise<Survey> {
    if (infras.length === 0) return { drivers: [], infras: [] };
    const id = uuidv7();
    await this.store.submit(id, infras, submitter);
    this.notifier.notify([id]);
    const deadline = performance.now() + this.patienceMs;
    for (;;) {
      const end = await this.store.end(id);
      if (end?.status === 'Completed') return end.survey;
      if (end) throw failure(`The providers could not be asked: ${end.error}`);
      if (performance.now() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    await this.store.giveUp(id, submitter.username);
    throw failure(
      'No worker has asked the providers in time. Look whether workers are alive (GET /state/system/health), and try again.',
    );
  }
}

function failure(message: string): Failure {
  return new Failure('unavailable', message, { code: 'survey_failed' });
}
