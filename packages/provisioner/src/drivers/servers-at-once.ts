import { DriverError } from './driver.js';
import type { Environment, Variable } from './plugin.js';

/** How many servers of one operation are made, changed or destroyed concurrently. */
export const DEFAULT_SERVERS_AT_ONCE = 10;

const MAX = 100;

/** The variable of a provider. @param name the name of the environment variable */
export function serversAtOnceVariable(name: string): Variable {
  return {
    name,
    secret: false,
    description:
      'How many servers of one operation are made, changed or destroyed concurrently, 1 to ' +
      `${MAX}; default: ${DEFAULT_SERVERS_AT_ONCE}.`,
  };
}

/** @throws DriverError that names the variable */
export function serversAtOnceFrom(env: Environment, name: string): number {
  const text = env[name];
  if (!text) return DEFAULT_SERVERS_AT_ONCE;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX) return count;
  throw new DriverError(`${name} must be a whole number from 1 to ${MAX}, got ${JSON.stringify(text)}.`, {
    permanent: true,
  });
}
