import { DriverError } from '../drivers/driver.js';
import { fullName, KINDS, type Change, type Desired, type Existing, type Kind } from '../drivers/resource.js';
import type { ResourceReport } from '../report/types.js';
import type { OperationContext } from './context.js';

/** A change, and the name of the driver that made it. */
export type MadeChange = Change & { name: string; driver: string | null };

/**
 * The changes that were reported and, unless it is to be exactly those, what nobody lived to report, in order. A report is written after each act:
 * what is missing can only be the end.
 */
export async function changesToUndo(
  reports: readonly ResourceReport[],
  { drivers, infra, idempotencyKey }: OperationContext,
  exactly: boolean,
): Promise<MadeChange[]> {
  const changes = reports.filter(({ action }) => action !== 'unchanged').map(fromReport);
  const known = new Set(changes.map(identity));
  for (const driver of exactly ? [] : drivers.all) {
    for (const change of await driver.recall(infra, idempotencyKey)) {
      const resource = change.after ?? change.before;
      if (!resource) continue;
      const made = { ...change, name: fullName(resource), driver: driver.name };
      if (!known.has(identity(made))) changes.push(made);
    }
  }
  // Attempts report again what earlier ones did.
  return [...new Map(changes.map((change) => [identity(change), change])).values()];
}

/** What was asked for when something was made: without what only its existence gave it. */
export function desiredOf<K extends Kind>(existing: Existing[K]): Desired[K] {
  const gained = new Set(['id', 'driver', 'made_at', 'changed_at', 'description', 'restores', 'state', 'ip']);
  return Object.fromEntries(Object.entries(existing).filter(([member]) => !gained.has(member))) as Desired[K];
}

function fromReport({ kind: word, name, action, driver, before, after }: ResourceReport): MadeChange {
  const kind = KINDS.find((known) => known === word);
  const complete = (one: ResourceReport['after']) => one === null || typeof one['id'] === 'string';
  const present = action === 'created' ? after : before;
  if (!kind || action === 'unchanged' || present === null || !complete(before) || !complete(after)) {
    throw new DriverError(
      `The ${word} ${name} was ${action} by another program than this one, which alone can undo that. ` +
        'Nothing was changed.',
      { permanent: true },
    );
  }
  // Reports of ours hold the very things (apply/outcome.ts); that these have an id tells them from others.
  type Thing = Existing[Kind] | null;
  return { kind, name, action, driver, before: before as Thing, after: after as Thing };
}

function identity({ kind, name, action, before, after }: MadeChange): string {
  return [kind, name, action, (after ?? before)?.id].join(' ');
}
