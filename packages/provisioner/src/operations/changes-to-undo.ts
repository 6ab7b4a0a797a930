import { DriverError } from '../drivers/driver.js';
import { identity, recallChanges, type MadeChange } from '../apply/index.js';
import { KINDS, type Desired, type Existing, type Kind } from '../drivers/resource.js';
import type { IntentReport, ResourceReport } from '../report/types.js';
import type { OperationContext } from './context.js';

/** A change, or what was recorded about a thing without an act at its provider. */
export type UndoableChange = Omit<MadeChange, 'action'> & {
  action: MadeChange['action'] | 'adopted' | 'forgotten';
};

/** The changes to undo, and how complete they are. */
export interface WhatToUndo {
  /** Undo only the reported changes. */
  exactly?: boolean;
  /** The intents that the undone operation stored. */
  intents?: readonly IntentReport[];
}

/**
 * The reported changes, in order, followed by those that were made without a report unless `exactly` is set. A report is
 * written after each act, so only the last acts can lack one.
 */
export async function changesToUndo(
  reports: readonly ResourceReport[],
  { drivers, infra, idempotencyKey, kinds }: OperationContext,
  { exactly = false, intents = [] }: WhatToUndo,
): Promise<UndoableChange[]> {
  const changes = reports
    .filter(({ action }) => action !== 'unchanged')
    .map((report) => fromReport(report, infra));
  const known = new Set(changes.map(identity));
  const recalled = exactly ? [] : await recallChanges({ drivers, infra, idempotencyKey, kinds, intents });
  changes.push(...recalled.filter((change) => !known.has(identity(change))));
  // Each attempt reports again what earlier ones did.
  return [...new Map(changes.map((change) => [identity(change), change])).values()];
}

/** What was wanted when a thing was made, without the fields that exist only since. */
export function desiredOf<K extends Kind>(existing: Existing[K]): Desired[K] {
  const gained = new Set([
    ...['id', 'driver', 'made_at', 'changed_at', 'description', 'restores', 'lost', 'state', 'ip'],
  ]);
  // Safe cast: what exists is what was wanted and the members that are removed here.
  return Object.fromEntries(Object.entries(existing).filter(([member]) => !gained.has(member))) as Desired[K];
}

/** @param infra the infra that is undone: its lock is held, so changes of other infras are never undone here */
function fromReport(report: ResourceReport, infra: string): UndoableChange {
  const { kind: word, name, action, driver, before, after } = report;
  if (report.infra !== infra) {
    throw new DriverError(
      `The ${word} ${name} belongs to infra ${report.infra} and cannot be undone with those of ${infra}. ` +
        'Nothing was changed.',
      { permanent: true },
    );
  }
  const kind = KINDS.find((known) => known === word);
  const complete = (one: ResourceReport['after']) => one === null || typeof one['id'] === 'string';
  const present = action === 'created' || action === 'adopted' ? after : before;
  if (
    !kind ||
    driver === null ||
    action === 'unchanged' ||
    present === null ||
    !complete(before) ||
    !complete(after)
  ) {
    throw new DriverError(
      `The ${word} ${name} was ${action} by another program, and only that program can undo it. ` +
        'Nothing was changed.',
      { permanent: true },
    );
  }
  // Safe cast: reports of this program contain the complete things (apply/outcome.ts), which have an id. Other programs' do not.
  const thing = (one: ResourceReport['after']) => one && ({ ...one, infra } as unknown as Existing[Kind]);
  return { kind, name, action, driver, before: thing(before), after: thing(after) };
}
