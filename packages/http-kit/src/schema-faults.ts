import type { FailureDetail } from '@provisioning/errors';
import { nearest } from '@provisioning/input';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { ruleOfPattern } from './pattern-rules.js';

/** A part of a value or of a schema, by the names and indexes that lead to it. */
type Path = readonly string[];

/** Longer names of fields are cut: a client may send any. */
const SHOWN_CHARACTERS = 100;
/** Faults that only say that a part of the schema does not match; the faults of that part say why. */
const SUMMARIES: ReadonlySet<string> = new Set(['if', 'oneOf', 'propertyNames']);

/**
 * Renders the faults that ajv found in a value. Each message continues its path: `id` and `must be a UUID`.
 * @param errors of a validator with the option `verbose`.
 * @param schema the schema that was compiled.
 * @param value the value that was checked.
 * @param base the path of `value` in the body, for example `operations[2]`.
 */
export function renderFaults(
  errors: readonly ErrorObject[],
  schema: unknown,
  value: unknown,
  base = '',
): FailureDetail[] {
  const details = withUnionsJoined(errors).map(({ error, message }) => {
    const path = pathOf(error.instancePath);
    const name = nameIn(error);
    return {
      path: showPath(name === undefined ? path : [...path, name], base),
      message: `${message}${conditionOf(error, schema, value)}`,
    };
  });
  const seen = new Set<string>();
  return details.filter(({ path, message }) => {
    const key = `${path} ${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

interface Rendered {
  error: ErrorObject;
  message: string;
}

/**
 * A union reports the faults of each of its branches. Those of the value as a whole become one message (`must be a string
 * or null`); where a branch fits the value's type and a part of it is wrong, only the faults of that part are kept.
 */
function withUnionsJoined(errors: readonly ErrorObject[]): Rendered[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const unionOf = ({ instancePath, schemaPath }: ErrorObject) =>
    unions.find(
      (union) => schemaPath.startsWith(`${union.schemaPath}/`) && instancePath.startsWith(union.instancePath),
    );
  const rendered: Rendered[] = [];
  for (const error of errors) {
    if (error.keyword === 'anyOf') {
      const branches = errors.filter(
        (other) => !SUMMARIES.has(other.keyword) && other !== error && unionOf(other) === error,
      );
      if (branches.some(({ instancePath }) => instancePath !== error.instancePath)) continue;
      const message = joined(branches.map(messageOf));
      rendered.push({ error, message: message === '' ? 'has a value that is not allowed' : message });
      continue;
    }
    const union = unionOf(error);
    const isOfWhole = union !== undefined && union.instancePath === error.instancePath;
    if (!SUMMARIES.has(error.keyword) && !isOfWhole) rendered.push({ error, message: messageOf(error) });
  }
  return rendered;
}

/** `must be a string` and `must be null` are `must be a string or null`. */
function joined(messages: readonly string[]): string {
  const [first = '', ...others] = new Set(messages);
  return [first, ...others.map((message) => message.replace(/^must be /, ''))].join(' or ');
}

/** The field that a fault names although it is not part of the path: one that is missing or not known, or a name itself. */
function nameIn({ params, propertyName }: ErrorObject): string | undefined {
  const name: unknown = params['missingProperty'] ?? params['additionalProperty'] ?? propertyName;
  return typeof name === 'string' ? name.slice(0, SHOWN_CHARACTERS) : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'must be a time (2026-01-31T12:00:00Z)',
  date: 'must be a day (2026-01-31)',
  email: 'must be an e-mail address',
  uri: 'must be a URL',
};

function messageOf(error: ErrorObject): string {
  const rule = ruleOf(error);
  return error.propertyName === undefined || error.keyword === 'additionalProperties'
    ? rule
    : `is not an allowed name: it ${rule}`;
}

/** What a keyword demands. Each keyword that the contract uses is here; a test compares the two. */
function ruleOf({ keyword, params, schema, parentSchema }: ErrorObject): string {
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return unknownField(
        String(params['additionalProperty']),
        Object.keys(parentSchema?.['properties'] ?? {}),
      );
    case 'false schema':
      return 'is not allowed';
    case 'type':
      return `must be ${[schema]
        .flat()
        .map((type) => TYPES[String(type)] ?? String(type))
        .join(' or ')}`;
    case 'const':
      return `must be ${JSON.stringify(schema)}`;
    case 'enum':
      return `must be one of ${[schema]
        .flat()
        .map((word) => JSON.stringify(word))
        .join(', ')}`;
    case 'pattern':
      return ruleOfPattern(String(schema));
    case 'format':
      return FORMATS[String(schema)] ?? `must have the format ${String(schema)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${count(limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${count(limit, 'character')}`;
    case 'minimum':
    case 'maximum':
      return range(parentSchema?.['minimum'], parentSchema?.['maximum']);
    case 'minItems':
      return `must have at least ${count(limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${count(limit, 'item')}`;
    case 'uniqueItems':
      return `must not repeat an item: items ${params['j']} and ${params['i']} are equal`;
    case 'minProperties':
      return `must have at least ${count(limit, 'field')}`;
    case 'maxProperties':
      return `must have at most ${count(limit, 'field')}`;
    default:
      return 'has a value that is not allowed. GET /openapi.json describes it';
  }
}

const UNKNOWN = 'is not a known field';

function unknownField(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? UNKNOWN : `${UNKNOWN}. Did you mean "${meant}"?`;
}

/** The sentence of a fault: `Unknown field "nam". Did you mean "name"?`, or the path and what it must be. */
export function sentenceOf({ path, message }: FailureDetail, whole: string): string {
  if (message.startsWith(UNKNOWN)) {
    const hint = message.slice(UNKNOWN.length);
    return `Unknown field "${path}"${hint === '' ? '.' : hint}`;
  }
  return `${path === '' ? whole : path} ${message}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function range(least: unknown, most: unknown): string {
  if (typeof least !== 'number') return `must be at most ${String(most)}`;
  return typeof most === 'number' ? `must be from ${least} to ${most}` : `must be at least ${least}`;
}

/**
 * For a fault below `then`: the field that `if` looks at and its value, as in ` for type "command_batch"`. Where `if` only
 * looks whether fields are there: ` together with operation_ids`.
 */
function conditionOf({ schemaPath, instancePath }: ErrorObject, schema: unknown, value: unknown): string {
  const keys = pathOf(schemaPath);
  const at = keys.lastIndexOf('then');
  if (at === -1) return '';
  // Safe cast: a part of a schema is a schema, or absent.
  const condition = partAt(schema, [...keys.slice(0, at), 'if']) as
    { properties?: Record<string, unknown> } | undefined;
  const [tested] = Object.entries(condition?.properties ?? {});
  if (tested === undefined) return '';
  const [field, rule] = tested;
  if (rule === true) return ` together with ${field}`;
  // A missing field is reported at its object, a forbidden one at itself.
  const path = pathOf(instancePath);
  const isForbidden = keys.at(-1) === 'false schema';
  const given = partAt(value, [...(isForbidden ? path.slice(0, -1) : path), field]);
  return ` for ${field} ${JSON.stringify(given)}`;
}

function partAt(whole: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      // An object or a list: both have members by name.
      typeof part === 'object' && part !== null
        ? // Safe cast: checked to be an object.
          (part as Readonly<Record<string, unknown>>)[key]
        : undefined,
    whole,
  );
}

/** The parts of a JSON pointer (RFC 6901), with or without the `#` of a fragment. */
function pathOf(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  const plain = pointer.startsWith('#') ? parts.map(decodeURIComponent) : parts;
  return plain.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `operations[2].id` */
function showPath(path: Path, base: string): string {
  return path.reduce(
    (whole, part) => (/^\d+$/.test(part) ? `${whole}[${part}]` : whole ? `${whole}.${part}` : part),
    base,
  );
}
