import Type, { type Static } from 'typebox';
import { closed, count, id, name, nullable, oneOf, text, timestamp } from './basics.js';

export const RESOURCE_KINDS = ['server', 'taskserv', 'cluster'] as const;
export const resourceKind = oneOf(RESOURCE_KINDS, { title: 'ResourceKind' });
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

const attributeName = text(128);
const attributeValue = Type.Union([text(4096), Type.Number(), Type.Boolean(), Type.Null()]);

/** What is known of a resource beside its name: address, plan, zone, version… Flat, so that two can be compared. */
export const attributes = Type.Unsafe<Record<string, Static<typeof attributeValue>>>({
  type: 'object',
  title: 'Attributes',
  maxProperties: 200,
  propertyNames: attributeName,
  additionalProperties: attributeValue,
});

/** Names a resource among all: `production/server/web-01`. */
export const resourceId = text(255, { description: '`<infra>/<kind>/<name>`' });

/** Something that exists: one row of the inventory. */
export const resourceSchema = closed(
  {
    id: Type.Optional(resourceId),
    kind: resourceKind,
    infra: name,
    name: text(128, { description: 'Of a taskserv: `server/taskserv`' }),
    provider: text(63),
    driver: text(63, {
      description: 'What acts for the provider; `local` stands in where it has no credentials',
    }),
    attributes,
    version: count,
    task_id: nullable(id),
    created_at: timestamp,
    updated_at: timestamp,
  },
  { title: 'Resource' },
);
export type Resource = Static<typeof resourceSchema>;
