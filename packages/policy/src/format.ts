import type { PolicyDocument, PolicyRule } from './policy.js';
import { typeOfPattern } from './resource-pattern.js';

/**
 * The newest format of policies that this version can decide by. 1: Allow and Deny. 2: `RequireApproval`, the action
 * `approve` and the type `plans`. Raise it with each effect, action or type that is added.
 */
export const POLICY_FORMAT = 2;

/** Returns the format that a process must know to decide by these policies. */
export function formatOf(documents: readonly PolicyDocument[]): number {
  return documents.some(({ rules }) => rules.some(isNew)) ? 2 : 1;
}

/**
 * Returns the policies for a process that knows a format. What that process never asks about is left out. An effect that
 * it does not know stays: the process must refuse the policies instead of deciding without it.
 */
export function documentsIn<Document extends PolicyDocument>(
  format: number,
  documents: readonly Document[],
): Document[] {
  if (format >= 2) return [...documents];
  return documents.map((document) => ({
    ...document,
    rules: document.rules
      .filter(({ resource }) => !isOfPlans(resource))
      .map((rule) => ({ ...rule, action: rule.action.filter((action) => action !== 'approve') }))
      .filter(({ action }) => action.length > 0),
  }));
}

function isNew({ effect, resource, action }: PolicyRule): boolean {
  return effect === 'RequireApproval' || action.includes('approve') || isOfPlans(resource);
}

function isOfPlans(resource: string): boolean {
  return typeOfPattern(resource) === 'plans';
}
