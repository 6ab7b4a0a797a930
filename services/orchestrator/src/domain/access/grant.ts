import type { Question } from '@provisioning/policy';

/** The questions on which a submission was allowed. They are asked again while the work waits. */
export interface Grant extends Question {
  request: { ip: string; method: string; path: string };
  /** The further questions. They are beside the first one, because processes of the previous release know only that one. */
  also?: readonly Question[];
}

/** Returns the grant of some questions; undefined if there are none. */
export function grantOf(questions: readonly Question[], request: Grant['request']): Grant | undefined {
  const [first, ...also] = questions;
  return first && { ...first, request, also };
}

/** Returns all questions of a grant. */
export function questionsOf({ request: _request, also = [], ...first }: Grant): Question[] {
  return [first, ...also];
}

/** Waiting work with its submitter and grant. */
export interface WaitingGrant {
  /** Id of the task, or of the batch whose operations wait. */
  id: string;
  kind: 'task' | 'batch';
  userId: string;
  grant: Grant;
}
