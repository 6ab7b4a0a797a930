import { fullName, nounOf, type Desired, type Existing, type Kind } from '../drivers/resource.js';
import type { IntentReport, ResourceAction, ResourceReport } from '../report/types.js';

/** The outcome of one step for one thing. */
export interface Outcome {
  kind: Kind;
  /** The full name of the thing. */
  name: string;
  action: ResourceAction;
  driver: string;
  before: Existing[Kind] | null;
  after: Existing[Kind] | null;
  /** Whether an earlier attempt at the same piece of work did it. */
  earlier?: boolean;
}

/** The report of an outcome, as the report file and the driver host's protocol have it. */
export function resourceReport(
  infra: string,
  { kind, name, action, driver, before, after }: Outcome,
): ResourceReport {
  return {
    type: 'resource',
    kind,
    name,
    infra,
    action,
    driver,
    // What was left as it is would be the same twice.
    before: action === 'unchanged' ? null : before && { ...before },
    after: after && { ...after },
  };
}

/** The report of an act that is about to start. For a creation, `after` is what is wanted. */
export function intentReport(
  infra: string,
  kind: Kind,
  action: IntentReport['action'],
  driver: string,
  before: Existing[Kind] | null,
  after: Desired[Kind] | null,
): IntentReport {
  const thing = after ?? before;
  return {
    type: 'intent',
    kind,
    name: thing ? fullName(thing) : '',
    infra,
    action,
    driver,
    before: before && { ...before },
    after: after && { ...after },
  };
}

/** One line of text for an outcome; null if there is nothing to print. */
export function renderOutcome({ kind, name, action, after, earlier }: Outcome): string | null {
  if (action === 'unchanged') return null;
  const what = `${nounOf(kind)} ${name}`;
  if (earlier) return `${capitalized(what)} was ${action} by an earlier attempt`;
  const address = after && 'ip' in after && after.ip && action === 'created' ? ` (${after.ip})` : '';
  return `${capitalized(action)} ${what}${address}`;
}

/** The text with its first letter in upper case. */
export function capitalized(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
