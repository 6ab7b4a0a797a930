import { Failure, type FailureDetail } from '@provisioning/errors';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { renderFaults, sentenceOf } from './schema-faults.js';

const options = {
  strict: true,
  allErrors: true,
  useDefaults: true,
  allowUnionTypes: true,
  // Rendering a fault requires the schema that it belongs to.
  verbose: true,
} as const;
const inputs = addFormats.default(new Ajv2020(options));
/** Reports the first fault only: to search a long body for all of them costs memory and time without bounds. */
const hasty = addFormats.default(new Ajv2020({ ...options, allErrors: false }));
const answers = addFormats.default(new Ajv2020({ ...options, useDefaults: false, allErrors: false }));

type Check = (value: unknown) => void;
type Ajv = typeof inputs;

/** The compiled schema, when it is needed first: a service has hundreds, and most starts need few of them. */
function compileOnce(ajv: Ajv, schema: TSchema): () => ReturnType<Ajv['compile']> {
  let compiled: ReturnType<Ajv['compile']> | undefined;
  return () => (compiled ??= ajv.compile(schema));
}

/** `invalid`: a body, 422. `malformed`: a path or a query, 400. */
type InvalidKind = 'invalid' | 'malformed';

const BODY = 'The body';
/** Bodies of more values are searched for their first fault only. */
const MOST_VALUES = 5_000;

/** Whether the body has at most {@link MOST_VALUES} values; stops counting at the first one more. */
function isShort(body: unknown): boolean {
  const waiting: unknown[] = [body];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen + waiting.length > MOST_VALUES) return false;
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.values(value);
    if (members.length > MOST_VALUES) return false;
    // Safe cast: members of an array or values of an object.
    waiting.push(...(members as unknown[]));
  }
  return true;
}

/**
 * Returns a check of bodies, which fills in defaults. It throws a Failure `invalid` (422) with each fault: `operations[2].id
 * must be a UUID.`
 */
export function bodyCheck(schema: TSchema): Check {
  const thorough = schemaCheck(schema, 'invalid', BODY);
  const quick = check(compileOnce(hasty, schema), schema, 'invalid', BODY);
  return (value) => (isShort(value) ? thorough(value) : quick(value));
}

/** Elements of a list that are checked in one slice. */
const SLICE = 500;

/**
 * {@link bodyCheck} for long bodies: the elements of long lists are checked in slices.
 * @param pause awaited between two slices, so that other requests are answered.
 * @returns a check that rejects with a Failure `invalid` (422) with the first fault.
 */
export function longBodyCheck(
  schema: TSchema,
  pause: () => Promise<void>,
): (value: unknown) => Promise<void> {
  const checkShort = bodyCheck(schema);
  const { shell, lists } = takeApart(schema);
  const shellCheck = compileOnce(hasty, shell);
  const elementChecks = lists.map(({ name, element }) => ({
    name,
    element,
    elementCheck: compileOnce(hasty, element),
  }));
  return async (value) => {
    if (isShort(value)) return checkShort(value);
    const checkShell = shellCheck();
    if (!checkShell(value))
      throw invalidInput('invalid', BODY, renderFaults(checkShell.errors ?? [], shell, value));
    for (const { name, element, elementCheck } of elementChecks) {
      const check = elementCheck();
      // The shell says that it is an object, and that this member is a list where it is there.
      // Safe cast: the schema has validated that an object has a list there, if anything.
      const list = (value as Record<string, unknown[] | undefined>)[name] ?? [];
      for (let index = 0; index < list.length; index++) {
        if (index % SLICE === 0) await pause();
        if (check(list[index])) continue;
        const base = `${name}[${index}]`;
        throw invalidInput('invalid', BODY, renderFaults(check.errors ?? [], element, list[index], base));
      }
    }
  };
}

interface ListSchema extends TSchema {
  type: 'array';
  items: TSchema;
  maxItems?: number;
}

/** Splits a schema into one without the elements of its long lists, and the schemas of those elements. */
function takeApart(schema: TSchema): { shell: TSchema; lists: { name: string; element: TSchema }[] } {
  // Safe cast: a schema of an object has properties; any other has none.
  const members = Object.entries((schema as { properties?: Record<string, TSchema> }).properties ?? {});
  const long = members.filter((member): member is [string, ListSchema] => {
    // Safe cast: members that a schema lacks are undefined.
    const { type, items, maxItems = Infinity } = member[1] as Partial<ListSchema>;
    return type === 'array' && items !== undefined && maxItems > SLICE;
  });
  const open = long.map(([name, list]) => [name, { ...list, items: true }] as const);
  const shell = { ...schema, properties: Object.fromEntries([...members, ...open]) };
  return {
    shell: long.length === 0 ? schema : shell,
    lists: long.map(([name, { items }]) => ({ name, element: items })),
  };
}

/**
 * Returns a check that fills in defaults.
 * @param kind of the Failure that it throws with each fault: `invalid` (422) or `malformed` (400).
 * @param whole what the value is called where a fault is of it as a whole: `The body`.
 */
export function schemaCheck(schema: TSchema, kind: InvalidKind, whole: string): Check {
  return check(compileOnce(inputs, schema), schema, kind, whole);
}

/** Returns a check for tests: it throws where an answer breaks the contract. */
export function answerCheck(schema: TSchema, operationId: string): Check {
  const compiled = compileOnce(answers, schema);
  return (value) => {
    const validate = compiled();
    // As it is sent: without undefined members, dates as text.
    if (validate(JSON.parse(JSON.stringify(value)) as unknown)) return;
    throw new Error(
      `The answer of ${operationId} breaks the contract: ${answers.errorsText(validate.errors)}`,
    );
  };
}

function check(
  compiled: ReturnType<typeof compileOnce>,
  schema: TSchema,
  kind: InvalidKind,
  whole: string,
): Check {
  return (value) => {
    const validate = compiled();
    if (!validate(value)) throw invalidInput(kind, whole, renderFaults(validate.errors ?? [], schema, value));
  };
}

/**
 * Returns the Failure of an input: its message is the first fault as a sentence, its details are all of them.
 * @param whole what the input is called where a fault has no path: `The body`.
 */
export function invalidInput(kind: InvalidKind, whole: string, details: readonly FailureDetail[]): Failure {
  const [first = { path: '', message: 'is not valid' }] = details;
  const more = details.length > 1 ? ` (${details.length - 1} more in details.)` : '';
  return new Failure(kind, `${sentenceOf(first, whole)}${more}`, {
    code: kind === 'invalid' ? 'validation_failed' : 'bad_parameter',
    details: [...details],
  });
}
