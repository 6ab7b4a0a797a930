import type { Question } from '@provisioning/policy';

/** What a submission was allowed on: asked again as long as something of it waits. */
export interface Grant extends Question {
  request: { ip: string; method: string; path: string };
  /**
   * The other questions. Beside the first one, not around all of them: processes of the release before ask the first one
   * alone.
   */
  also?: readonly Question[];
}

export function grantOf(questions: readonly Question[], request: Grant['request']): Grant | undefined {
  const [first, ...also] = questions;
  return first && { ...first, request, also };
}

export function questionsOf({ request: _request, also = [], ...first }: Grant): Question[] {
  return [first, ...also];
}

/** Work that waits, with whom it was allowed to. */
export interface WaitingGrant {
  /** Of the task, or of the batch whose operations wait. */
  id: string;
  kind: 'task' | 'batch';
  userId: string;
  grant: Grant;
}
