import Type, { type TProperties, type TSchema } from 'typebox';
import { annotated } from './annotated.js';
import { closed, uuid } from './basics.js';
import { withDefault } from './default.js';

export const MAX_PAGE = 1000;

export const limit = withDefault(
  Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: 'Maximum number of results' }),
  50,
);
const offset = withDefault(
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of results to skip' }),
  0,
);

/**
 * How a client reads on in a list: it sends the `member` of the last item that it has seen as the query parameter
 * `parameter`. Pages that are read so neither skip nor repeat an item while others come and go.
 */
export interface Cursor {
  parameter: 'after' | 'before';
  member: string;
}

/** The cursor of a list whose parameter is `after`. */
export function after(member: string): Cursor {
  return { parameter: 'after', member };
}

/** The parameter `after` of a list, which takes what `schema` describes: the `member` of an item. */
export function afterParameter<Schema extends TSchema>(schema: Schema, member: string) {
  const description = `Only the results that follow the one with this \`${member}\`, which may be gone by now; not together with \`offset\``;
  return Type.Optional(annotated(schema, { description }));
}

/** The same, of a list whose items are numbered. `maximum`: the largest number that its column holds. */
export function afterNumber(member: string, maximum = Number.MAX_SAFE_INTEGER) {
  return afterParameter(Type.Integer({ minimum: 0, maximum }), member);
}

/** The query of a list whose items have a UUID as their key: its filters, `after`, `limit` and `offset`. */
export function paged<Filters extends TProperties>(filters: Filters, member = 'id') {
  return pagedBy({ ...filters, after: afterParameter(uuid, member) });
}

/** The query of a list with another key: `members` holds the filters and the parameter of its cursor. */
export function pagedBy<Members extends TProperties>(members: Members) {
  return closed({ ...members, limit, offset });
}
