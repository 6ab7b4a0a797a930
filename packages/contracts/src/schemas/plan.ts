import Type, { type Static } from 'typebox';
import { closed, listOf, name, nullable, oneOf, text } from './basics.js';
import { attributes, resourceKind } from './resource.js';

/** A change that would be, or was, made. */
export const plannedChangeSchema = closed(
  {
    change: oneOf(['create', 'change', 'destroy', 'adopt', 'forget'], {
      description:
        '`adopt` and `forget` change only the inventory: a resource that the platform did not create enters or leaves it',
    }),
    kind: resourceKind,
    infra: name,
    name: text(128),
    provider: Type.Optional(text(63)),
    before: Type.Optional(nullable(attributes)),
    after: Type.Optional(nullable(attributes)),
  },
  { title: 'PlannedChange' },
);
/** A value of {@link plannedChangeSchema}. */
export type PlannedChange = Static<typeof plannedChangeSchema>;

/** The changes that would be made; the result of `check_mode`. */
export const planSchema = closed(
  { changes: listOf(plannedChangeSchema, 100_000), summary: text(512) },
  { title: 'Plan' },
);
/** A value of {@link planSchema}. */
export type Plan = Static<typeof planSchema>;
