import Type, { type Static, type TSchema } from 'typebox';
import { closed, listOf, name, oneOf, text } from './basics.js';
import { withDefault } from './default.js';

/** Maximum number of operations of a batch. */
export const MAX_BATCH_OPERATIONS = 10_000;
/** Maximum size of a batch in bytes: 10,000 operations of about 800 bytes. */
export const BATCH_BODY_LIMIT = 8 * 1024 * 1024;

/** The types of batch operations. */
export const BATCH_OPERATION_TYPES = [
  'server_batch',
  'taskserv_batch',
  'cluster_batch',
  'command_batch',
] as const;
/** One of {@link BATCH_OPERATION_TYPES}. */
export type BatchOperationType = (typeof BATCH_OPERATION_TYPES)[number];

const labels = Type.Unsafe<Record<string, string>>({
  type: 'object',
  maxProperties: 64,
  propertyNames: text(63, { pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]*$' }),
  additionalProperties: text(255),
});

/** A server of a `server_batch` operation. */
export const serverConfigSchema = closed(
  {
    name,
    plan: text(128, { minLength: 1 }),
    zone: text(64, { minLength: 1 }),
    image: Type.Optional(text(255, { minLength: 1 })),
    labels: Type.Optional(labels),
  },
  { title: 'ServerConfig' },
);
/** A value of {@link serverConfigSchema}. */
export type ServerConfig = Static<typeof serverConfigSchema>;

const shared = {
  id: name,
  dependencies: Type.Optional(
    listOf(name, MAX_BATCH_OPERATIONS, {
      uniqueItems: true,
      description: 'Ids of the operations that must complete first',
    }),
  ),
  infra: Type.Optional(name),
  retries: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10, description: 'Retries after a failure; default 2' }),
  ),
  timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400, description: 'Seconds' })),
};
const provider = name;
const serverConfigs = listOf(serverConfigSchema, 1000, { minItems: 1 });
const taskservs = listOf(name, 1000, { minItems: 1, uniqueItems: true });
const servers = listOf(name, 1000, {
  minItems: 1,
  uniqueItems: true,
  description:
    'Target servers, of any provider. Default: the servers of the operations it depends on, otherwise all servers of the provider',
});
const commands = listOf(text(1024, { minLength: 1 }), 100, {
  minItems: 1,
  description:
    'Each is split at spaces into a program and its arguments. There is no shell; only configured programs are allowed',
});

const undoCommands = listOf(text(1024, { minLength: 1 }), 100, {
  minItems: 1,
  description:
    'Commands that undo `commands` when the batch is rolled back; if absent, their effects are kept',
});

const variants = [
  closed({ ...shared, type: Type.Literal('server_batch'), provider, server_configs: serverConfigs }),
  closed({
    ...shared,
    type: Type.Literal('taskserv_batch'),
    provider,
    taskservs,
    servers: Type.Optional(servers),
  }),
  closed({ ...shared, type: Type.Literal('cluster_batch'), provider, cluster_type: name }),
  closed({
    ...shared,
    type: Type.Literal('command_batch'),
    provider: Type.Optional(provider),
    commands,
    undo_commands: Type.Optional(undoCommands),
  }),
] as const;

const members = {
  ...shared,
  type: oneOf(BATCH_OPERATION_TYPES, { title: 'BatchOperationType' }),
  provider: Type.Optional(provider),
  server_configs: Type.Optional(serverConfigs),
  taskservs: Type.Optional(taskservs),
  servers: Type.Optional(servers),
  cluster_type: Type.Optional(name),
  commands: Type.Optional(commands),
  undo_commands: Type.Optional(undoCommands),
};

/** Requires the fields of one type of operation and forbids those of the other types. */
function ruleFor({ properties, required }: (typeof variants)[number]): TSchema {
  const needed = required.filter((member) => !(member in shared) && member !== 'type');
  const foreign = Object.keys(members).filter((member) => !(member in properties));
  return {
    if: { properties: { type: { const: properties.type.const } }, required: ['type'] },
    then: {
      required: needed,
      properties: {
        ...Object.fromEntries(needed.map((member) => [member, true])),
        ...Object.fromEntries(foreign.map((member) => [member, false])),
      },
    },
  };
}

/** An operation of a batch, discriminated by `type`. */
export type BatchOperationRequest = Static<(typeof variants)[number]>;

/**
 * One object with a rule for each type instead of a union of four: a fault is then reported once, not once for each
 * type that does not match.
 */
export const batchOperationRequestSchema = Type.Unsafe<BatchOperationRequest>(
  closed(members, {
    title: 'BatchOperationRequest',
    allOf: variants.map(ruleFor),
  }),
);

/** Body of `POST /batch/execute`. */
export const batchRequestSchema = closed(
  {
    name,
    version: Type.Optional(text(64)),
    storage_backend: Type.Optional(
      text(64, { description: 'Stored as given; the state is always in Postgres' }),
    ),
    parallel_limit: withDefault(Type.Integer({ minimum: 1, maximum: 100 }), 5),
    rollback_enabled: withDefault(
      Type.Boolean({ description: 'Whether a failure undoes the completed operations in reverse order' }),
      false,
    ),
    on_failure: withDefault(
      oneOf(['continue', 'stop'], {
        description:
          '`continue`: operations that do not depend on the failed one still run; `stop`: no further operation starts',
      }),
      'continue',
    ),
    operations: listOf(batchOperationRequestSchema, MAX_BATCH_OPERATIONS, { minItems: 1 }),
  },
  { title: 'BatchRequest' },
);
/** A value of {@link batchRequestSchema}. */
export type BatchRequest = Static<typeof batchRequestSchema>;
