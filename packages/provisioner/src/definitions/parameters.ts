import { DriverError } from '../drivers/driver.js';
import type { DesiredTaskserv } from '../drivers/resource.js';
import { quoteValue } from '../settings/describe-value.js';
import type { CommonDefinition } from './definition.js';
import type { ParameterFile } from './schema.js';

/** The values of a definition's parameters, by name. */
export type Parameters = Record<string, string | number | boolean>;

/** What follows the parameter's name where a value cannot be: `must be an integer, got "x"`. */
export function parameterFault(
  { type, pattern, minimum, maximum }: ParameterFile,
  value: unknown,
): string | undefined {
  const fits = type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
  if (!fits) return `must be of type ${type}, got ${quoteValue(value)}`;
  if (typeof value === 'string') {
    if (/\p{Cc}/u.test(value)) return 'must be a single line without control characters';
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
      return `cannot be ${quoteValue(value)}: it must match ${pattern}`;
    }
  }
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must be at least ${minimum}, got ${value}`;
    if (maximum !== undefined && value > maximum) return `must be at most ${maximum}, got ${value}`;
  }
  return undefined;
}

/** The attributes that were asked for, checked, over the defaults. @throws DriverError */
export function parametersOf(
  { name, parameters }: CommonDefinition,
  attributes: DesiredTaskserv['attributes'],
): Parameters {
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  for (const [key, value] of given) {
    const parameter = parameters.get(key);
    const fault = parameter ? parameterFault(parameter, value) : `is not known: ${known(parameters)}`;
    if (fault === undefined) continue;
    throw new DriverError(`Parameter ${key} of ${name} ${fault}. Nothing was changed.`, { permanent: true });
  }
  const defaults = [...parameters].map(([key, parameter]) => [key, parameter.default] as const);
  return Object.fromEntries([...defaults, ...given]) as Parameters;
}

function known(parameters: CommonDefinition['parameters']): string {
  return parameters.size === 0
    ? 'there are none'
    : `known parameters are ${[...parameters.keys()].join(', ')}`;
}
