import { createHash } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import type { IdentifiedResource, Obstacle } from './rollback.js';

/** The obstacle that a resource must not be destroyed without confirmation. */
export function notMadeHere({ infra, kind, name }: IdentifiedResource): Obstacle {
  return {
    operationId: null,
    reason:
      `The ${kind} ${name} in ${infra} was not made by this platform, and restoring the checkpoint would destroy it. ` +
      'Confirm that it may be destroyed.',
  };
}

/**
 * Returns the digest of exactly these resources. It changes if one of them is replaced or another one is added.
 * @returns 32 hexadecimal digits; null without resources
 */
export function confirmationOf(resources: readonly IdentifiedResource[]): string | null {
  if (resources.length === 0) return null;
  const named = resources.map(({ infra, kind, name, id }) => JSON.stringify([infra, kind, name, id])).sort();
  return createHash('sha256').update(named.join('\n')).digest('hex').slice(0, 32);
}

/** @throws Failure `conflict` (`confirmation_required`) unless `given` confirms exactly these resources */
export function requireConfirmation(
  resources: readonly IdentifiedResource[],
  given: string | undefined,
): void {
  const wanted = confirmationOf(resources);
  if (wanted === null || given === wanted) return;
  const was = given === undefined ? '' : ' The given confirmation is for other resources.';
  throw new Failure(
    'conflict',
    `Restoring the checkpoint would destroy resources that this platform did not make: ${listed(resources)}.${was} ` +
      'Read the plan with check_mode=true. If all of these resources may be destroyed, repeat the request with its "confirmation" as confirm.',
    {
      code: 'confirmation_required',
      details: resources
        .slice(0, 20)
        .map((resource) => ({ path: pathOf(resource), message: notMadeHere(resource).reason })),
    },
  );
}

function listed(resources: readonly IdentifiedResource[]): string {
  const more = resources.length > 5 ? ` and ${resources.length - 5} more` : '';
  return `${resources.slice(0, 5).map(pathOf).join(', ')}${more}`;
}

/** The path of a resource in the inventory. */
function pathOf({ infra, kind, name }: IdentifiedResource): string {
  return `${infra}/${kind}/${name}`;
}
