import { messageOf } from '@provisioning/errors';
import type { DriverSet } from '../drivers/driver-set.js';
import { DriverError } from '../drivers/driver.js';
import { listed, RecordingReporter } from '../apply/index.js';
import {
  applyOperation,
  planBatchOperation,
  planWorkflowOperation,
  reconcileOperation,
  surveyOperation,
  undoKey,
  undoOperation,
  type OperationContext,
  type OperationResult,
  type SettingsSource,
} from '../operations/index.js';
import { KINDS, type Kind } from '../drivers/resource.js';
import type { EndedMessage, FromDriverHost, Operation, ResourceReport, RunMessage } from './protocol.js';

// A result is one line of a report.
const MAX_NAMES = 100;

/** Performs one `run` message. It always ends with a result and never throws. */
export async function runOperation(
  {
    id,
    action,
    operation,
    check,
    idempotency_key: idempotencyKey,
    fresh = false,
    intents = [],
    changes = [],
    intents_to_undo: intentsToUndo = [],
    exactly = false,
  }: RunMessage,
  { drivers, settings }: { drivers: DriverSet; settings: SettingsSource },
  signal: AbortSignal,
  send: (message: FromDriverHost) => void,
  stored: (number: number) => Promise<void>,
): Promise<EndedMessage> {
  const kinds = kindsOf(operation, changes);
  let intended = 0;
  const recording = new RecordingReporter({
    report: (report) => send({ type: 'report', id, report }),
    intend(intent) {
      const number = ++intended;
      const done = stored(number);
      send({ type: 'intend', id, number, intent });
      return done;
    },
  });
  const context: OperationContext = {
    drivers,
    infra: operation.infra,
    idempotencyKey,
    fresh,
    kinds,
    intents,
    check,
    signal,
    reporter: recording,
    // A log line is one line, even if names in it contain line breaks.
    log: (line) => send({ type: 'log', id, text: line.replace(/[\r\n]+/g, ' ') }),
  };
  try {
    if (operation.type === 'survey') return ended(id, await surveyOperation(operation, context));
    if (operation.type === 'plan') return ended(id, await planBatchOperation(operation, context));
    if (operation.type === 'plan_workflow')
      return ended(id, await planWorkflowOperation(operation, context, settings));
    switch (action) {
      case 'apply':
        return ended(id, await withUnreportedChanges(applyOperation(operation, context), idempotencyKey));
      case 'undo':
        return ended(
          id,
          await withUnreportedChanges(
            undoOperation(changes, context, { exactly, intents: intentsToUndo }),
            undoKey(idempotencyKey),
          ),
        );
      case 'reconcile':
        return await reconciled(operation);
    }
  } catch (error) {
    const permanent = error instanceof DriverError && error.permanent;
    return ended(id, { outcome: 'failed', message: messageOf(error), permanent });
  }

  /** Reports every change that was made, however the work ends. */
  async function withUnreportedChanges(
    work: Promise<OperationResult>,
    key: string,
  ): Promise<OperationResult> {
    const result = await work;
    if (result.outcome !== 'completed' && !check)
      await recording.reportTheRest({
        drivers,
        infra: operation.infra,
        idempotencyKey: key,
        fresh,
        kinds,
        intents,
      });
    return result;
  }

  async function reconciled(wanted: Operation): Promise<EndedMessage> {
    const { satisfied, missing, resources } = await reconcileOperation(wanted, context);
    for (const report of resources) context.reporter.report(report);
    const message = satisfied
      ? 'All resources of the operation exist'
      : `Missing or different: ${listed(missing)}`;
    context.reporter.report({
      type: 'result',
      message,
      data: { missing: missing.slice(0, MAX_NAMES), count: missing.length },
    });
    return { type: 'ended', id, outcome: 'completed', satisfied };
  }
}

/** The things that an operation is about, which limit the recall; undefined if it may be about any. */
function kindsOf({ type }: RunMessage['operation'], changes: readonly ResourceReport[]): Kind[] | undefined {
  switch (type) {
    case 'server_batch':
      return ['server'];
    case 'taskserv_batch':
      return ['taskserv'];
    case 'cluster_batch':
      return ['cluster'];
    default: {
      const named = new Set(changes.map(({ kind }) => kind));
      return named.size > 0 ? KINDS.filter((kind) => named.has(kind)) : undefined;
    }
  }
}

function ended(id: string, result: OperationResult): EndedMessage {
  const { outcome, message } = result;
  if (outcome === 'completed') return { type: 'ended', id, outcome };
  const permanent = outcome === 'failed' ? { permanent: result.permanent } : {};
  return { type: 'ended', id, outcome, error: message, ...permanent };
}
