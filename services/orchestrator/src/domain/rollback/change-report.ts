import type { Body } from './resource-body.js';
import type { ChangeKind, JournalEntry } from './rollback.js';

/** A change as drivers report it, and as an undo operation receives the changes that it reverses. */
export interface ChangeReport {
  type: 'resource';
  kind: string;
  name: string;
  infra: string;
  action: ReportedAction;
  driver: string;
  before: Body | null;
  after: Body | null;
}

/** A change as an answer names it. */
export type ReportedAction = (typeof ACTIONS)[ChangeKind];

const ACTIONS = {
  create: 'created',
  change: 'changed',
  destroy: 'destroyed',
  adopt: 'adopted',
  forget: 'forgotten',
} as const;

/** The word for a change in reports and messages. */
export function actionOf({ change }: Pick<JournalEntry, 'change'>): ReportedAction {
  return ACTIONS[change];
}

/** The report that a journal entry was made from. */
export function changeReport(entry: JournalEntry): ChangeReport {
  const { infra, kind, name, driver, before, after } = entry;
  return { type: 'resource', kind, name, infra, action: actionOf(entry), driver, before, after };
}
