import { DriverError, type ActContext, type Collection } from '../drivers/driver.js';
import { isThatOne, nounOf, type Desired, type Existing, type Kind } from '../drivers/resource.js';
import { destroyedWith, intentReport, type Outcome } from '../apply/index.js';
import type { IntentReport } from '../report/types.js';
import { differencesBetween } from '../plan/index.js';
import type { OperationContext } from './context.js';
import { desiredOf, type UndoableChange } from './changes-to-undo.js';

/** The outcome of an undo. `already_*`: it was undone before, or something else was made in its place. */
export type Undone =
  { state: 'undone'; changes: readonly Effect[] } | { state: 'already_gone' | 'already_there' };

/** What an undo did to a thing, or recorded about it. */
export type Effect = Pick<Outcome, 'kind' | 'action' | 'before' | 'after'>;

type Intend = (
  action: IntentReport['action'],
  before: Existing[Kind] | null,
  after: Desired[Kind] | null,
  of?: Kind,
) => Promise<void>;

/** Reverses a change. Can be repeated. */
export async function undoChange(
  change: UndoableChange,
  { drivers, infra, reporter }: Pick<OperationContext, 'drivers' | 'infra' | 'reporter'>,
  context: ActContext,
): Promise<Undone> {
  const { kind, action, before, after, name } = change;
  // An adopted thing is only removed from the inventory: nothing is done at its provider.
  if (action === 'adopted') return undone([{ kind, action: 'forgotten', before: after, after: null }]);
  const driver = drivers.named(change.driver);
  const collection: Collection<Kind> = driver.resources[kind];
  const intend: Intend = (act, from, to, of = kind) =>
    reporter.intend(intentReport(infra, of, act, driver.name, from, to));
  if (action === 'destroyed' && before) return createAgain(kind, collection, before, context, intend);
  const now = await collection.read(infra, name);
  if (action === 'forgotten') {
    if (!now || !before || !isThatOne(now, before.id)) return { state: 'already_gone' };
    return undone([{ kind, action: 'adopted', before: null, after: now }]);
  }
  if (!now || !after || !isThatOne(now, after.id)) return { state: 'already_gone' };
  if (action === 'created') {
    for (const going of await destroyedWith(kind, now, driver))
      await intend('destroyed', going.existing, null, going.kind);
    return undone(await collection.destroy(now, context));
  }
  if (!before) return { state: 'already_gone' };
  const wanted = changedBack(kind, before, after, now);
  const isRecorded = (now.lost ?? []).length === 0;
  if (isRecorded && differencesBetween(kind, now, wanted).length === 0) return { state: 'already_there' };
  await intend('changed', now, wanted);
  return undone([
    { kind, action: 'changed', before: now, after: await collection.change(now, wanted, context) },
  ]);
}

/** Only the fields that the change altered, and those that are no longer recorded. Later changes of others stay. */
function changedBack<K extends Kind>(
  kind: K,
  before: Existing[K],
  after: Existing[K],
  now: Existing[K],
): Desired[K] {
  const fields = differencesBetween(kind, before, after).map(({ field, before: value }) => [field, value]);
  // Safe cast: a copy of an object; its members are only compared.
  const was = { ...before } as Record<string, unknown>;
  const lost = (now.lost ?? []).map((field) => [field, was[field]]);
  return { ...desiredOf<K>(now), ...Object.fromEntries([...fields, ...lost]) };
}

async function createAgain<K extends Kind>(
  kind: K,
  collection: Collection<K>,
  before: Existing[K],
  context: ActContext,
  intend: Intend,
): Promise<Undone> {
  const wanted = desiredOf<K>(before);
  const restores = [before.id, ...(before.restores ?? [])];
  await intend('created', null, wanted);
  const { resource, made } = await collection.create(wanted, { ...context, restores });
  if (made) return undone([{ kind, action: 'created', before: null, after: resource }]);
  if (differencesBetween(kind, resource, wanted).length === 0) return { state: 'already_there' };
  throw new DriverError(
    `There is another ${nounOf(kind)} ${before.name} now, which differs from the destroyed one: it is ` +
      'not changed. Delete it first to restore the destroyed one.',
    { permanent: true },
  );
}

function undone(changes: readonly Effect[]): Undone {
  return changes.length > 0 ? { state: 'undone', changes } : { state: 'already_gone' };
}
