import type { FailureDetail } from '@provisioning/errors';
import { faultOfText, nearest, parseMoment, showPath } from '@provisioning/input';
import type { TObject, TSchema } from 'typebox';
import { invalidInput, schemaCheck } from './validate.js';

/** Parameters that an operation declares, by name, converted and checked, with defaults filled in. */
type Parameters = Record<string, unknown>;

const PATH = 'The path';
const QUERY = 'The query';
const SHOWN_CHARACTERS = 100;

/**
 * Returns a reader of the query of a request target. It throws a Failure `malformed` (400) for a parameter that is unknown,
 * repeated, not percent-encoded UTF-8, or not as declared.
 * @param schema the declared parameters; undefined for an operation that has none.
 * @param checkGiven gets the parameters as sent, before defaults are filled in; throws where they contradict each other.
 */
export function queryReader(
  schema: TObject | undefined,
  checkGiven?: (given: Readonly<Parameters>) => void,
): (target: string) => Parameters {
  const read = parameterReader(schema, QUERY, checkGiven);
  const known = Object.keys(schema?.properties ?? {});
  return (target) => {
    const at = target.indexOf('?');
    const given = new Map<string, string>();
    const faults: FailureDetail[] = [];
    for (const pair of at === -1 ? [] : target.slice(at + 1).split('&')) {
      if (pair === '') continue;
      const [name, value] = splitPair(pair);
      if (name === undefined || value === undefined) {
        faults.push({ path: shown(pair.split('=')[0]!), message: 'must be percent-encoded UTF-8' });
      } else if (!known.includes(name)) {
        throw unknownParameter(name, known);
      } else if (given.has(name)) {
        faults.push({ path: name, message: 'must be given once' });
      } else given.set(name, value);
    }
    return read(given, faults);
  };
}

/**
 * Returns a reader of the parameters of a path, which the router has decoded.
 * It throws a Failure `malformed` (400) for one that is not as declared.
 */
export function pathReader(schema: TObject | undefined): (params: Record<string, string>) => Parameters {
  const read = parameterReader(schema, PATH);
  return (params) => read(new Map(Object.entries(params)), []);
}

function parameterReader(
  schema: TObject | undefined,
  whole: string,
  checkGiven?: (given: Readonly<Parameters>) => void,
) {
  const check = schema && schemaCheck(schema, 'malformed', whole);
  const forms = new Map(
    Object.entries(schema?.properties ?? {}).map(([name, member]) => [name, formOf(member)]),
  );
  return (given: ReadonlyMap<string, string>, faults: FailureDetail[]): Parameters => {
    const values: Parameters = {};
    for (const [name, text] of given) {
      const fault = faultOfText(text) ?? faultOfForm(forms.get(name), text);
      if (fault === undefined) values[name] = valueOf(forms.get(name), text);
      else faults.push({ path: name, message: fault });
    }
    if (faults.length > 0) throw invalidInput('malformed', whole, faults);
    checkGiven?.(values);
    check?.(values);
    return values;
  };
}

/** The name and the value of `name=value`; undefined for a part that is not percent-encoded UTF-8. */
function splitPair(pair: string): [name: string | undefined, value: string | undefined] {
  const at = pair.indexOf('=');
  return at === -1 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
}

function decoded(text: string): string | undefined {
  if (/[^\x21-\x7e]/.test(text)) return undefined;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function unknownParameter(name: string, known: readonly string[]) {
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  const allowed = known.length === 0 ? 'This operation has none' : `Allowed are ${known.join(', ')}`;
  return invalidInput('malformed', QUERY, [
    { path: shown(name), message: `is not a query parameter of this operation.${hint} ${allowed}` },
  ]);
}

function shown(name: string): string {
  return showPath([name.slice(0, SHOWN_CHARACTERS)]);
}

/** How a value is written in a path or a query. The schema says which values are allowed. */
type Form = 'integer' | 'boolean' | 'moment' | 'text';

function formOf(member: TSchema): Form {
  // Safe cast: schemas of parameters have these members or none.
  const { type, anyOf = [] } = member as { type?: unknown; anyOf?: readonly { format?: unknown }[] };
  if (type === 'integer' || type === 'boolean') return type;
  return anyOf.some(({ format }) => format === 'date-time') ? 'moment' : 'text';
}

const WHOLE_NUMBER = /^(?:0|-?[1-9][0-9]*)$/;

/** Returns what is wrong with the way a value is written; undefined where nothing is. */
function faultOfForm(form: Form | undefined, text: string): string | undefined {
  switch (form) {
    case 'integer':
      return WHOLE_NUMBER.test(text) ? undefined : 'must be a whole number in decimal digits';
    case 'boolean':
      return text === 'true' || text === 'false' ? undefined : 'must be true or false';
    case 'moment':
      return parseMoment(text) ? undefined : faultOfMoment(text);
    default:
      return undefined;
  }
}

function faultOfMoment(text: string): string {
  return parseMoment(text.replace(' ', '+'))
    ? 'contains a space where "+" belongs. In a query, "+" must be written as %2B'
    : 'must be a day (2026-01-31) or a time (2026-01-31T12:00:00Z)';
}

function valueOf(form: Form | undefined, text: string): string | number | boolean {
  if (form === 'integer') return Number(text);
  return form === 'boolean' ? text === 'true' : text;
}
