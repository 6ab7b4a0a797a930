import { ProvisioningError } from '@provisioning/client';

/** A field that another person changed between reading an object and saving it. */
export interface Difference {
  field: string;
  /** As it was when the form was filled. */
  before: string;
  /** As it is now. */
  now: string;
  /** As the form has it. */
  mine: string;
}

/** Whether a change was refused because another one came between. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ProvisioningError && error.status === 412;

/** The fields whose value is no longer what it was. Values are compared as JSON. */
export function differences<Values extends object>(before: Values, now: Values, mine: Values): Difference[] {
  // Safe cast: the keys of the values are these fields.
  const fields = Object.keys(before) as (keyof Values & string)[];
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]))
    .map((field) => ({
      field,
      before: shown(before[field]),
      now: shown(now[field]),
      mine: shown(mine[field]),
    }));
}

/**
 * The values of a form on top of an object that has changed: what the user edited stays, everything else is as it is now.
 */
export function rebased<Values extends object>(before: Values, now: Values, mine: Values): Values {
  // Safe cast: the keys of the values are these fields.
  const fields = Object.keys(before) as (keyof Values)[];
  const edited = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(mine[field]));
  return edited.reduce((values, field) => ({ ...values, [field]: mine[field] }), now);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ');
  return JSON.stringify(value);
}
