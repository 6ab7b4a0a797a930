import type { Submitter } from '../workflow/submitter.js';
import type { Survey } from '@provisioning/provisioner/host-protocol';

export type { Survey };

/** What a provider says exists. */
export type SurveyedThing = Survey['infras'][number]['things'][number];

/** The answer of a survey's task, once it has ended. */
export type SurveyEnd =
  { status: 'Completed'; survey: Survey } | { status: 'Failed' | 'Cancelled'; error: string };

/** Tasks that ask the providers what exists. */
export interface SurveyStore {
  submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void>;
  /** Undefined as long as it goes on. */
  end(id: string): Promise<SurveyEnd | undefined>;
  giveUp(id: string, by: string): Promise<void>;
}
