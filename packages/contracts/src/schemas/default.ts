import Type, { type Static, type TOptional, type TSchema } from 'typebox';
import { annotated } from './annotated.js';

/** Optional for the client, always present for the handler: validation fills in the default. */
export type TDefaulted<Schema extends TSchema> = TOptional<Schema> & { default: unknown };

/**
 * Gives a field of a query or a body its default. Use it only at the top level, where the types of a handler
 * (`BodyOf`) reflect it, and never inside a union, where validation does not fill it in.
 */
export function withDefault<Schema extends TSchema>(
  schema: Schema,
  value: Static<Schema>,
): TDefaulted<Schema> {
  // Safe cast: the type says what the default adds.
  return Type.Optional(annotated(schema, { default: value })) as unknown as TDefaulted<Schema>;
}
