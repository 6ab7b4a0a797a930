import Type, { type Static, type TOptional, type TSchema } from 'typebox';
import { annotated } from './annotated.js';

/** Optional for who sends it, always there for who receives it: the check fills the default in. */
export type TDefaulted<Schema extends TSchema> = TOptional<Schema> & { default: unknown };

/**
 * Gives a member of a query or a body its default. Only for the top level of a body, where the types of a handler
 * (`BodyOf`) know that it is filled in, and never inside a union, where it would not be.
 */
export function withDefault<Schema extends TSchema>(
  schema: Schema,
  value: Static<Schema>,
): TDefaulted<Schema> {
  return Type.Optional(annotated(schema, { default: value })) as unknown as TDefaulted<Schema>;
}
