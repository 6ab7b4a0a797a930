import type { Collection, RecallOptions } from '../drivers/driver.js';
import type { DriverSet } from '../drivers/driver-set.js';
import { fullName, isThatOne, KINDS, type Change, type Existing, type Kind } from '../drivers/resource.js';
import { differencesBetween } from '../plan/index.js';
import type { IntentReport } from '../report/types.js';

/** A change, and the name of the driver that made it. */
export type MadeChange = Change & { name: string; driver: string };

/** What {@link recallChanges} needs to know. */
export interface Recalling {
  drivers: Pick<DriverSet, 'all' | 'named'>;
  infra: string;
  idempotencyKey: string;
  /** Whether no earlier attempt used this key, so that no provider needs to be asked. */
  fresh?: boolean | undefined;
  /** The kinds to recall; all kinds by default. */
  kinds?: readonly Kind[] | undefined;
  /** Receives the servers that did not answer. Without it, the first of them makes the recall fail. */
  onSilence?: RecallOptions['onSilence'];
  /** The intents that earlier attempts stored. */
  intents?: readonly IntentReport[] | undefined;
}

/**
 * Finds what earlier attempts under a key did and did not report, in order: what the providers remember and, for what
 * they cannot remember (what was destroyed or changed), the intents that came true.
 */
export async function recallChanges({
  drivers,
  infra,
  idempotencyKey,
  fresh,
  kinds,
  onSilence,
  intents = [],
}: Recalling): Promise<MadeChange[]> {
  const recalled: MadeChange[] = [];
  if (fresh) return recalled;
  for (const driver of drivers.all) {
    for (const change of await driver.recall(infra, idempotencyKey, { kinds, onSilence })) {
      const resource = change.after ?? change.before;
      if (resource) recalled.push({ ...change, name: fullName(resource), driver: driver.name });
    }
  }
  const known = new Set(recalled.map(identity));
  const settled: MadeChange[] = [];
  for (const intent of intents.filter((each) => each.infra === infra)) {
    const change = await settleIntent(intent, drivers);
    if (change && !known.has(identity(change))) settled.push(change);
    if (change) known.add(identity(change));
  }
  return [...settled, ...recalled];
}

/** Identifies an act under a key. */
export function identity({
  kind,
  name,
  action,
  before,
  after,
}: Omit<Change, 'action'> & { action: string; name: string }): string {
  return [kind, name, action, (after ?? before)?.id].join(' ');
}

/** A provider finds what was made by its key. What was destroyed or changed is derived from the current state. */
async function settleIntent(
  { kind: word, infra, name, action, driver, before }: IntentReport,
  drivers: Recalling['drivers'],
): Promise<MadeChange | null> {
  const kind = KINDS.find((known) => known === word);
  if (!kind || !driver || action === 'created' || typeof before?.['id'] !== 'string') return null;
  // Safe cast: intents hold resources as drivers reported them for this kind, and its id was checked.
  const was = before as unknown as Existing[Kind];
  const collection: Collection<Kind> = drivers.named(driver).resources[kind];
  const now = await collection.read(infra, name);
  const same = now !== null && isThatOne(now, was.id);
  if (action === 'destroyed') return same ? null : { kind, name, action, driver, before: was, after: null };
  if (!same || differencesBetween(kind, was, now).length === 0) return null;
  return { kind, name, action, driver, before: was, after: now };
}
