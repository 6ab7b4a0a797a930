import { listed, plannedReports } from '../apply/index.js';
import { DriverError } from '../drivers/driver.js';
import { changesKey, semanticChange, type Plan, type SemanticChange } from '../plan/index.js';

/**
 * Compares what an operation would do now with what was approved, before its first act.
 * @param fresh on the first attempt both must be equal; a later attempt does the rest of them
 * @throws DriverError that names what differs
 */
export function requirePlanned(plan: Plan, approved: readonly SemanticChange[], fresh: boolean): void {
  const now = plannedReports(plan).map(semanticChange);
  const differing = fresh ? differencesOf(now, approved) : notAmong(now, approved);
  if (differing.length === 0) return;
  const names = [...new Set(differing.map(({ kind, name }) => `${kind} ${name}`))].sort();
  throw new DriverError(
    `The approved plan no longer applies to ${listed(names)}: it was changed after the approval. ` +
      'Nothing was changed by this operation. Make a new plan with POST /plans.',
    { permanent: true },
  );
}

function differencesOf(
  now: readonly SemanticChange[],
  approved: readonly SemanticChange[],
): SemanticChange[] {
  const keysNow = new Set(now.map((change) => changesKey([change])));
  const keysApproved = new Set(approved.map((change) => changesKey([change])));
  return [
    ...now.filter((change) => !keysApproved.has(changesKey([change]))),
    ...approved.filter((change) => !keysNow.has(changesKey([change]))),
  ];
}

/** An earlier attempt may have made what is now changed: only the thing and whether it is destroyed are compared. */
function notAmong(now: readonly SemanticChange[], approved: readonly SemanticChange[]): SemanticChange[] {
  const keyOf = ({ kind, infra, name, wanted }: SemanticChange) =>
    JSON.stringify([kind, infra, name, wanted === null]);
  const keys = new Set(approved.map(keyOf));
  return now.filter((change) => !keys.has(keyOf(change)));
}
