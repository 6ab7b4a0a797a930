import type { Survey } from '@provisioning/provisioner/host-protocol';

export type { Survey };

/** What a provider says exists. */
export type SurveyedThing = Survey['infras'][number]['things'][number];

/** The answer of a survey's task, once it has ended. */
export type SurveyEnd =
  { status: 'Completed'; survey: Survey } | { status: 'Failed' | 'Cancelled'; error: string };
