import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'typebox';
import { RESOURCE_ACTIONS } from '../report/types.js';
import type { ToDriverHost } from './protocol.js';

// Only the shape is checked here. The operation checks names and values, with messages for its user.
const text = Type.String({ minLength: 1 });
const texts = Type.Array(text, { minItems: 1 });
const thing = Type.Union([Type.Null(), Type.Object({})]);

const planned = Type.Optional(
  Type.Array(Type.Object({ change: text, kind: text, infra: text, name: text, wanted: thing })),
);
const shared = { id: text, infra: text, provider: text };
const plannable = { ...shared, planned };

const workflowOperation = Type.Enum(['create', 'delete']);

const PLANNABLE = [
  Type.Object({
    ...plannable,
    type: Type.Literal('server_batch'),
    server_configs: Type.Array(
      Type.Object({
        name: text,
        plan: text,
        zone: text,
        image: Type.Optional(text),
        labels: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
      { minItems: 1 },
    ),
  }),
  Type.Object({
    ...plannable,
    type: Type.Literal('taskserv_batch'),
    taskservs: texts,
    servers: Type.Optional(texts),
  }),
  Type.Object({ ...plannable, type: Type.Literal('cluster_batch'), cluster_type: text }),
] as const;

const Operation = Type.Union([
  ...PLANNABLE,
  Type.Object({ ...shared, type: Type.Literal('undo') }),
  Type.Object({ id: text, infra: Type.String(), type: Type.Literal('survey'), infras: Type.Array(text) }),
  Type.Object({
    id: text,
    infra: Type.String(),
    type: Type.Literal('plan'),
    operations: Type.Array(Type.Union([...PLANNABLE])),
  }),
  Type.Object({
    id: text,
    infra: text,
    type: Type.Literal('plan_workflow'),
    settings: text,
    workflow: Type.Union([
      Type.Object({ kind: Type.Literal('servers'), operation: workflowOperation }),
      Type.Object({ kind: Type.Enum(['taskserv', 'cluster']), operation: workflowOperation, name: text }),
    ]),
  }),
]);

const report = {
  kind: text,
  name: text,
  infra: text,
  action: Type.Enum([...RESOURCE_ACTIONS]),
  driver: Type.Union([Type.Null(), text]),
  before: thing,
  after: thing,
};
const ChangeReport = Type.Object({ ...report, type: Type.Literal('resource') });
const Intents = Type.Array(Type.Object({ ...report, type: Type.Literal('intent') }));

const Message = Type.Union([
  Type.Object({
    type: Type.Literal('run'),
    id: text,
    action: Type.Enum(['apply', 'undo', 'reconcile']),
    operation: Operation,
    check: Type.Boolean(),
    idempotency_key: text,
    fresh: Type.Optional(Type.Boolean()),
    intents: Type.Optional(Intents),
    changes: Type.Optional(Type.Array(ChangeReport)),
    intents_to_undo: Type.Optional(Intents),
    exactly: Type.Optional(Type.Boolean()),
  }),
  Type.Object({ type: Type.Literal('cancel'), id: text }),
  Type.Object({ type: Type.Literal('intended'), id: text, number: Type.Integer() }),
]);

const isMessage = new Ajv2020().compile<ToDriverHost>(Message);

/** Parses a message of the executor. @returns null if it is not valid */
export function parseMessage(line: string): ToDriverHost | null {
  try {
    const message: unknown = JSON.parse(line);
    return isMessage(message) ? message : null;
  } catch {
    return null;
  }
}
