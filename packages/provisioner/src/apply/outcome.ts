import { fullName, nounOf, type Desired, type Existing, type Kind } from '../drivers/resource.js';
import type { IntentReport, ResourceAction, ResourceReport } from '../report/types.js';

/** What became of a thing. */
export interface Outcome {
  kind: Kind;
  /** The full name. */
  name: string;
  action: ResourceAction;
  driver: string;
  before: Existing[Kind] | null;
  after: Existing[Kind] | null;
  /** Done by an earlier attempt at the same piece of work. */
  earlier?: boolean;
}

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
    before: before && { ...before },
    after: after && { ...after },
  };
}

/** What is about to become of a thing: of one that is to be made, `after` is what is wanted. */
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
    ...{ type: 'intent', kind, name: thing ? fullName(thing) : '', infra, action, driver },
    before: before && { ...before },
    after: after && { ...after },
  };
}

/** An outcome for people; null where there is nothing to tell. */
export function renderOutcome({ kind, name, action, after, earlier }: Outcome): string | null {
  if (action === 'unchanged') return null;
  const what = `${nounOf(kind)} ${name}`;
  if (earlier) return `${capitalized(what)} was ${action} by an earlier attempt`;
  const address = after && 'ip' in after && after.ip && action === 'created' ? ` (${after.ip})` : '';
  return `${capitalized(action)} ${what}${address}`;
}

export function capitalized(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
