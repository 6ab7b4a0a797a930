import type { TSchema, TSchemaOptions } from 'typebox';

/** A copy of a schema with other annotations. TypeBox keeps its markers in non-enumerable members, which a spread loses. */
export function annotated<Schema extends TSchema>(schema: Schema, annotations: TSchemaOptions): Schema {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema));
  // Safe cast: a copy with further annotations has the type of the schema.
  return Object.assign(copy, annotations) as unknown as Schema;
}
