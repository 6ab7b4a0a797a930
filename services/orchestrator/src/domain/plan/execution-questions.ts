import type { Question } from '@provisioning/policy';
import { actQuestions, doQuestions, type Scope } from '../access/scope.js';
import type { PlannedRequest } from './plan.js';

/** What the policies are asked about doing what is planned: the same as without a plan. */
export function executionQuestions(
  { kind, request, name }: PlannedRequest & { name: string },
  scope: Scope,
  checkMode = scope.checkMode,
): Question[] {
  switch (kind) {
    case 'batch':
      return doQuestions('execute', [`batches:${name}`], scope, checkMode);
    case 'workflow':
      return actQuestions({ ...scope, checkMode });
    case 'rollback':
      return doQuestions('execute', ['rollbacks:*'], scope, checkMode);
    case 'restore':
      return doQuestions('restore', [`checkpoints:${request.checkpoint_id}`], scope, checkMode);
  }
}
