import { Failure, type FailureDetail } from '@provisioning/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';

const options = { strict: true, allErrors: true, useDefaults: true, allowUnionTypes: true } as const;
const inputs = addFormats.default(new Ajv2020(options));
/** Tells the first fault only: what is long is not searched for all of its faults, which costs memory and time without bounds. */
const hasty = addFormats.default(new Ajv2020({ ...options, allErrors: false }));
const answers = addFormats.default(new Ajv2020({ ...options, useDefaults: false, allErrors: false }));

type Check = (value: unknown) => void;
/** `invalid`: a body, 422. `malformed`: a path or a query, 400. */
type InvalidKind = 'invalid' | 'malformed';

const BODY_SENTENCE = 'The body is not what this operation takes';
/** Values of a body whose faults are all told. */
const MOST_VALUES = 5_000;

/** Whether it holds few enough values; stops counting when it does not. */
function isShort(body: unknown): boolean {
  const waiting: unknown[] = [body];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen + waiting.length > MOST_VALUES) return false;
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.values(value);
    if (members.length > MOST_VALUES) return false;
    waiting.push(...(members as unknown[]));
  }
  return true;
}

/** Body: 422 with each fault (`operations[2].id must be string`). Fills in defaults. */
export function bodyCheck(schema: TSchema): Check {
  const thorough = schemaCheck(schema, 'invalid', BODY_SENTENCE);
  const quick = check(hasty.compile(schema), 'invalid', BODY_SENTENCE);
  return (value) => (isShort(value) ? thorough(value) : quick(value));
}

/** Elements of a list that are checked in one slice. */
const SLICE = 500;

/**
 * {@link bodyCheck} for long bodies: of a list that may be long, some elements are checked at a time.
 * @param pause awaited between two slices, so that other requests are answered
 * @returns throws, when awaited, a Failure `invalid` with the first fault
 */
export function longBodyCheck(
  schema: TSchema,
  pause: () => Promise<void>,
): (value: unknown) => Promise<void> {
  const checkShort = bodyCheck(schema);
  const { shell, lists } = takeApart(schema);
  const checkShell = hasty.compile(shell);
  const checkElement = lists.map(({ name, element }) => ({ name, check: hasty.compile(element) }));
  return async (value) => {
    if (isShort(value)) return checkShort(value);
    if (!checkShell(value)) throw invalidInput('invalid', BODY_SENTENCE, explain(checkShell.errors ?? []));
    for (const { name, check } of checkElement) {
      const list = (value as Record<string, unknown[] | undefined>)[name] ?? [];
      for (let index = 0; index < list.length; index++) {
        if (index % SLICE === 0) await pause();
        if (check(list[index])) continue;
        const at = `/${name}/${index}`;
        const errors = (check.errors ?? []).map((error) => ({
          ...error,
          instancePath: at + error.instancePath,
        }));
        throw invalidInput('invalid', BODY_SENTENCE, explain(errors));
      }
    }
  };
}

interface ListSchema extends TSchema {
  type: 'array';
  items: TSchema;
  maxItems?: number;
}

/** A schema without what it says of the elements of its long lists, and what it says of those. */
function takeApart(schema: TSchema): { shell: TSchema; lists: { name: string; element: TSchema }[] } {
  const members = Object.entries((schema as { properties?: Record<string, TSchema> }).properties ?? {});
  const long = members.filter((member): member is [string, ListSchema] => {
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

/** A check that names each fault: 422 where it is `invalid`, 400 where it is `malformed`. Fills in defaults. */
export function schemaCheck(schema: TSchema, kind: InvalidKind, sentence: string): Check {
  return check(inputs.compile(schema), kind, sentence);
}

/** For tests: throws when an answer is not what the contract promises. */
export function answerCheck(schema: TSchema, operationId: string): Check {
  const validate = answers.compile(schema);
  return (value) => {
    // As it will be on the wire: without undefined members, dates as text.
    if (validate(JSON.parse(JSON.stringify(value)) as unknown)) return;
    throw new Error(
      `The answer of ${operationId} breaks the contract: ${answers.errorsText(validate.errors)}`,
    );
  };
}

function check(validate: ValidateFunction, kind: InvalidKind, sentence: string): Check {
  return (value) => {
    if (!validate(value)) throw invalidInput(kind, sentence, explain(validate.errors ?? []));
  };
}

/** @param sentence what the first fault follows, after a colon; undefined where the fault is a sentence of its own */
export function invalidInput(
  kind: InvalidKind,
  sentence: string | undefined,
  details: readonly FailureDetail[],
): Failure {
  const [first] = details;
  const fault = `${first?.path ? `${first.path} ` : ''}${first?.message ?? ''}`;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new Failure(kind, `${sentence === undefined ? '' : `${sentence}: `}${fault}${more}.`, {
    code: kind === 'invalid' ? 'validation_failed' : 'bad_parameter',
    details: [...details],
  });
}

function explain(errors: ErrorObject[]): FailureDetail[] {
  // A union reports every branch that did not match; the branch's own faults say more than "must match a schema".
  const telling = errors.filter(
    ({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf' && keyword !== 'if',
  );
  const seen = new Set<string>();
  return (telling.length > 0 ? telling : errors).map(describe).filter(({ path, message }) => {
    const key = `${path} ${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function describe({ instancePath, keyword, params, message }: ErrorObject): FailureDetail {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (whole, part) => (/^\d+$/.test(part) ? `${whole}[${part}]` : whole ? `${whole}.${part}` : part),
      '',
    );
  const member = (name: string) => (path ? `${path}.${name}` : name);
  switch (keyword) {
    case 'required':
      return { path: member(String(params['missingProperty'])), message: 'is missing' };
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return {
        path: member(String(params['additionalProperty'] ?? params['unevaluatedProperty']).slice(0, 100)),
        message: 'is not known here',
      };
    case 'enum':
      return {
        path,
        message: `must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`,
      };
    case 'false schema':
      return { path, message: 'does not belong here' };
    default:
      return { path, message: message ?? keyword };
  }
}
