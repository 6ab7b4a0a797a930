import Type, { type Static } from 'typebox';
import { RESOURCE_KINDS } from '../statuses.js';
import { closed, count, id, name, nullable, oneOf, text, timestamp } from './basics.js';

/** One of {@link RESOURCE_KINDS}. */
export const resourceKind = oneOf(RESOURCE_KINDS, { title: 'ResourceKind' });

const attributeName = text(128);
const attributeValue = Type.Union([text(4096), Type.Number(), Type.Boolean(), Type.Null()]);

/** The attributes of a resource: address, plan, zone, version …. Flat, so that two versions can be compared. */
export const attributes = Type.Unsafe<Record<string, Static<typeof attributeValue>>>({
  type: 'object',
  title: 'Attributes',
  maxProperties: 200,
  propertyNames: attributeName,
  additionalProperties: attributeValue,
});

/** Identifies a resource: `production/server/web-01`. */
export const resourceId = text(255, { description: '`<infra>/<kind>/<name>`' });

/** An existing resource: one entry of the inventory. */
export const resourceSchema = closed(
  {
    id: Type.Optional(resourceId),
    kind: resourceKind,
    infra: name,
    name: text(128, { description: 'For a task service: `server/taskserv`' }),
    provider: text(63),
    driver: text(63, {
      description: 'The driver of the provider; a provider without credentials falls back to `local`',
    }),
    attributes,
    version: count,
    task_id: nullable(id),
    created_at: timestamp,
    updated_at: timestamp,
  },
  { title: 'Resource' },
);
/** A value of {@link resourceSchema}. */
export type Resource = Static<typeof resourceSchema>;
