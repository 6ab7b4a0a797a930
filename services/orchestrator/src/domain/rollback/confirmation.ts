import { createHash } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import type { IdentifiedResource, Obstacle } from './rollback.js';

/** Why something cannot be destroyed without being confirmed. */
export function notMadeHere({ infra, kind, name }: IdentifiedResource): Obstacle {
  return {
    operationId: null,
    reason:
      `The ${kind} ${name} in ${infra} was not made by this platform, and restoring the checkpoint would destroy it. ` +
      'Destroying it must be confirmed.',
  };
}

/**
 * Confirms the destruction of exactly these things: it is another one as soon as any of them is another thing, or one more
 * has come.
 * @returns 32 hexadecimal digits; null where there is nothing to confirm
 */
export function confirmationOf(things: readonly IdentifiedResource[]): string | null {
  if (things.length === 0) return null;
  const named = things.map(({ infra, kind, name, id }) => JSON.stringify([infra, kind, name, id])).sort();
  return createHash('sha256').update(named.join('\n')).digest('hex').slice(0, 32);
}

/** @throws Failure `conflict` where something is to be confirmed, and `given` does not confirm exactly that */
export function requireConfirmation(things: readonly IdentifiedResource[], given: string | undefined): void {
  const wanted = confirmationOf(things);
  if (wanted === null || given === wanted) return;
  const was = given === undefined ? '' : ' The confirmation that was given is for other things.';
  throw new Failure(
    'conflict',
    `Restoring the checkpoint would destroy what was not made by this platform: ${listed(things)}.${was} ` +
      'Look at the plan with check_mode=true, and repeat the request with its "confirmation" as confirm if all of this may go.',
    {
      code: 'confirmation_required',
      details: things
        .slice(0, 20)
        .map((thing) => ({ path: pathOf(thing), message: notMadeHere(thing).reason })),
    },
  );
}

function listed(things: readonly IdentifiedResource[]): string {
  const more = things.length > 5 ? ` and ${things.length - 5} more` : '';
  return `${things.slice(0, 5).map(pathOf).join(', ')}${more}`;
}

/** As the inventory calls it. */
function pathOf({ infra, kind, name }: IdentifiedResource): string {
  return `${infra}/${kind}/${name}`;
}
