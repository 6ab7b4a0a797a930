import Type, { type TProperties, type TSchema } from 'typebox';
import { annotated } from './annotated.js';
import { closed, uuid } from './basics.js';
import { withDefault } from './default.js';

/** Maximum number of items of a page. */
export const MAX_PAGE = 1000;

/** The query parameter `limit`: 1 to {@link MAX_PAGE}, default 50. */
export const limit = withDefault(
  Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: 'Maximum number of results' }),
  50,
);
const offset = withDefault(
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of results to skip' }),
  0,
);

/**
 * How a client requests the next page of a list: it sends the field `member` of the last item as the query parameter
 * `parameter`. Such pages neither skip nor repeat an item while others are added or removed.
 */
export interface Cursor {
  parameter: 'after' | 'before';
  member: string;
}

/** The cursor of a list that is continued with `after`. */
export function after(member: string): Cursor {
  return { parameter: 'after', member };
}

/** The query parameter `after` of a list; its value is the field `member` of an item, described by `schema`. */
export function afterParameter<Schema extends TSchema>(schema: Schema, member: string) {
  const description = `Only results after the one with this \`${member}\`, even if that one no longer exists; cannot be combined with \`offset\``;
  return Type.Optional(annotated(schema, { description }));
}

/** {@link afterParameter} for a list whose items are numbered. `maximum` is the largest number of the column's type. */
export function afterNumber(member: string, maximum = Number.MAX_SAFE_INTEGER) {
  return afterParameter(Type.Integer({ minimum: 0, maximum }), member);
}

/** The query of a list whose cursor is a UUID: its filters, `after`, `limit` and `offset`. */
export function paged<Filters extends TProperties>(filters: Filters, member = 'id') {
  return pagedBy({ ...filters, after: afterParameter(uuid, member) });
}

/** The query of a list with another cursor: `members` holds the filters and the cursor's parameter. */
export function pagedBy<Members extends TProperties>(members: Members) {
  return closed({ ...members, limit, offset });
}
