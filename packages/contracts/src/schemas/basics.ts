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

/** An object that takes nothing but what is listed. With a `title` it becomes a named schema of the OpenAPI document. */
export function closed<Members extends TProperties>(
  members: Members,
  options: TObjectOptions = {},
): TObject<Members> {
  return Type.Object(members, { additionalProperties: false, ...options });
}

/** Text of at most `maxLength` characters. */
export function text(maxLength: number, options: TSchemaOptions = {}): TString {
  return Type.String({ maxLength, ...options });
}

/** One of a closed set of words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  options: TSchemaOptions = {},
): TEnum<[...Words]> {
  return Type.Enum<[...Words]>([...words] as [...Words], { type: 'string', ...options });
}

export function nullable<Schema extends TSchema>(schema: Schema): TUnion<[Schema, TNull]> {
  return Type.Union([schema, Type.Null()]);
}

/** At most `maxItems` of them: as many as a page of a list holds, unless told otherwise. */
export function listOf<Item extends TSchema>(
  item: Item,
  maxItems = 1000,
  options: TSchemaOptions = {},
): TArray<Item> {
  return Type.Array(item, { maxItems, ...options });
}

/** Members that depend on what the object is about. For answers only: nothing that is sent to us is open. */
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

/** Whether a text is an id as we make them. Ids in bodies are not held to that form: one that is not, is unknown. */
export function isUuid(value: string): boolean {
  return uuidRegExp.test(value);
}

/** An id in a path or a query: anything but a UUID in lower case is 400. */
export const uuid = text(36, { pattern: UUID_PATTERN, description: 'UUID in lower case' });

/** An id in a body or an answer: a UUIDv7 in lower case. The API document's own examples show placeholders here. */
export const id = text(64, { minLength: 1, description: 'UUIDv7 in lower case' });

export const timestamp = text(40, { format: 'date-time', description: 'ISO 8601, UTC' });

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';

/** Name of an infra, a server, a taskserv…: becomes an argument of a command, so it can be neither option nor path. */
export const name = text(63, { pattern: NAME_PATTERN });

export const count = Type.Integer({ minimum: 0 });
export const percentage = Type.Number({ minimum: 0, maximum: 100 });

/** `data` of operations that answer with a sentence. */
export const sentence = text(1024);

/** Path parameters of everything that has an id. */
export const byId = closed({ id: uuid });
