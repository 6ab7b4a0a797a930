import Type from 'typebox';
import { text } from './basics.js';

/** An instant, or a whole day in UTC. The format checks reject days that do not exist. */
function moment(description: string) {
  return text(40, { anyOf: [{ format: 'date-time' }, { format: 'date' }], description });
}

/** The query parameter `from`. */
export const from = Type.Optional(
  moment(
    'Start of the period (ISO 8601). A date without a time starts at 00:00:00 UTC. Encode `+` as `%2B` in a query.',
  ),
);
/** The query parameter `to`. */
export const to = Type.Optional(
  moment(
    'End of the period (ISO 8601), inclusive. A date without a time covers the whole day in UTC. 400 if it is before `from`.',
  ),
);
