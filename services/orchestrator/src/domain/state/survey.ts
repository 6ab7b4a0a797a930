import type { Survey } from '@provisioning/provisioner/host-protocol';
import type { Kind } from '@provisioning/provisioner/plan';
import type { Body } from '../rollback/resource-body.js';
import type { Submitter } from '../workflow/submitter.js';

export type { Survey };

/** A resource as a provider describes it. */
export type SurveyedThing = Survey['infras'][number]['things'][number];

/** A resource that a survey found. */
export interface FoundResource {
  infra: string;
  kind: Kind;
  name: string;
  driver: string;
  provider: string;
  id: string;
  body: Body & SurveyedThing['body'];
}

/** Every resource that a survey found, in all infras. */
export function foundIn(survey: Survey): FoundResource[] {
  return survey.infras.flatMap(({ infra, things }) =>
    things.map(({ kind, name, driver, body }) => ({
      infra,
      kind,
      name,
      driver,
      provider: body.provider,
      id: body.id,
      body: { ...body },
    })),
  );
}

/** How the task of a survey ended. */
export type SurveyEnd =
  { status: 'Completed'; survey: Survey } | { status: 'Failed' | 'Cancelled'; error: string };

/** Stores surveys: tasks that ask the providers which resources exist. */
export interface SurveyStore {
  submit(id: string, infras: readonly string[], submitter: Submitter): Promise<void>;
  /** @returns undefined while the survey is running */
  end(id: string): Promise<SurveyEnd | undefined>;
  /** Cancels a survey whose result is no longer needed. @param by user name */
  giveUp(id: string, by: string): Promise<void>;
}
