import Type, { type TProperties } from 'typebox';
import { closed } from './basics.js';
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

/** The query of a list: its filters, `limit` and `offset`. */
export function paged<Filters extends TProperties>(filters: Filters) {
  return closed({ ...filters, limit, offset });
}
