import Type, {
  type TArray,
  type TEnum,
  type TNull,
  type TObject,
  type TObjectOptions,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  type TString,
  type TUnion,
  type TUnsafe,
} from 'typebox';

/** An object without additional properties. With a `title` it becomes a named schema of the OpenAPI document. */
export function closed<Members extends TProperties>(
  members: Members,
  options: TObjectOptions = {},
): TObject<Members> {
  return Type.Object(members, { additionalProperties: false, ...options });
}

/** A string of at most `maxLength` characters. */
export function text(maxLength: number, options: TSchemaOptions = {}): TString {
  return Type.String({ maxLength, ...options });
}

/** One of a fixed set of strings. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  options: TSchemaOptions = {},
): TEnum<[...Words]> {
  // Safe cast: a spread keeps the members of the tuple and their order.
  return Type.Enum<[...Words]>([...words] as [...Words], { type: 'string', ...options });
}

/** One or more of a set of words, with commas between them, as one query parameter. */
export function someOf(words: readonly string[], description: string): TString {
  const word = `(${words.join('|')})`;
  return text(Math.max(200, words.join(',').length * 2), { pattern: `^${word}(,${word})*$`, description });
}

/** The schema or `null`. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Type.Union([schema, Type.Null()]);
}

/** An array of at most `maxItems` items; default: the maximum size of a page. */
export function listOf<Item extends TSchema>(
  item: Item,
  maxItems = 1000,
  options: TSchemaOptions = {},
): TArray<Item> {
  return Type.Array(item, { maxItems, ...options });
}

/** An object with arbitrary members, for responses only: request bodies are closed at every level. */
export function openDetails(description: string): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    description,
    maxProperties: 1000,
    additionalProperties: true,
  });
}

const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const uuidRegExp = new RegExp(UUID_PATTERN);

/** Whether a text is a UUID in lower case. Ids in bodies are not checked for this form: any other text is unknown. */
export function isUuid(value: string): boolean {
  return uuidRegExp.test(value);
}

/** An id in a path or a query: any other text returns 400. */
export const uuid = text(36, { pattern: UUID_PATTERN, description: 'UUID in lower case' });

/** An id in a body or a response: a UUIDv7 in lower case. Not a pattern, since examples of the API document use placeholders. */
export const id = text(64, { minLength: 1, description: 'UUIDv7 in lower case' });

/** An instant. */
export const timestamp = text(40, { format: 'date-time', description: 'ISO 8601, UTC' });

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';

/** Name of an infra, server, task service …. It is passed to commands, so it must be neither an option nor a path. */
export const name = text(63, { pattern: NAME_PATTERN });

/** A non-negative integer. */
export const count = Type.Integer({ minimum: 0 });
/** 0 to 100. */
export const percentage = Type.Number({ minimum: 0, maximum: 100 });

/** `data` of operations that return a sentence. */
export const sentence = text(1024);

/** Path parameters of `/…/{id}`. */
export const byId = closed({ id: uuid });
