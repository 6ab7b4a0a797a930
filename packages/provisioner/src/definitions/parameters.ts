import { DriverError } from '../drivers/driver.js';
import type { DesiredTaskserv } from '../drivers/resource.js';
import { quoteValue } from '../settings/describe-value.js';
import type { CommonDefinition } from './definition.js';
import type { ParameterFile } from './schema.js';

/** The values of a definition's parameters, by name. */
export type Parameters = Record<string, string | number | boolean>;

const NOUNS = { string: 'a string', integer: 'a whole number', boolean: 'true or false' };
/** A pattern that lists words: `control-plane|tools`. */
const WORDS = /^[\w-]+(\|[\w-]+)*$/;

/** What is wrong with a value of a parameter, as the text after its name: `must be a whole number, got "x"`. */
export function parameterFault(
  { type, pattern, minimum, maximum, description }: ParameterFile,
  value: unknown,
): string | undefined {
  const fits = type === 'integer' ? Number.isSafeInteger(value) : typeof value === type;
  if (!fits) return `must be ${NOUNS[type]}, got ${quoteValue(value)}`;
  if (typeof value === 'string') {
    if (/\p{Cc}/u.test(value)) return 'must be a single line without control characters';
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
      return patternFault(pattern, value, description);
    }
  }
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return `must be at least ${minimum}, got ${value}`;
    if (maximum !== undefined && value > maximum) return `must be at most ${maximum}, got ${value}`;
  }
  return undefined;
}

/** A regular expression is not shown: it is a list of words, or the parameter's description says what is allowed. */
function patternFault(pattern: string, value: string, description: string | undefined): string {
  if (WORDS.test(pattern)) return `must be one of ${pattern.split('|').join(', ')}, got ${quoteValue(value)}`;
  const allowed = description?.replace(/\.$/, '') ?? 'The pattern in the definition says what is allowed';
  return `has the value ${quoteValue(value)}, which is not allowed. ${allowed}`;
}

/** The requested attributes, checked, over the defaults. @throws DriverError if one is unknown or not allowed */
export function parametersOf(
  { name, parameters }: CommonDefinition,
  attributes: DesiredTaskserv['attributes'],
): Parameters {
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  for (const [key, value] of given) {
    const parameter = parameters.get(key);
    const fault = parameter
      ? parameterFault(parameter, value)
      : `is not a known parameter: ${known(parameters)}`;
    if (fault === undefined) continue;
    throw new DriverError(`Parameter ${key} of ${name} ${fault}. Nothing was changed.`, { permanent: true });
  }
  const defaults = [...parameters].map(([key, parameter]) => [key, parameter.default] as const);
  // Safe cast: each given value was checked against its definition.
  return Object.fromEntries([...defaults, ...given]) as Parameters;
}

function known(parameters: CommonDefinition['parameters']): string {
  return parameters.size === 0
    ? 'there are none'
    : `known parameters are ${[...parameters.keys()].join(', ')}`;
}
