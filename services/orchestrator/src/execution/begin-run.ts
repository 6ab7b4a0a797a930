import type { RunMessage } from '@provisioning/provisioner/host-protocol';
import type { ClaimedTask } from '../domain/worker/ledger.js';
import { argvOf, isCommandBatch, onlyStepOf } from './argv.js';
import { CommandWork } from './command-work.js';
import type { CrashPoints } from './crash-points.js';
import type { DriverHost } from './driver-host.js';
import type { Masker } from './masking/masker.js';
import type { ExecutorOptions } from './options.js';
import { Run, type RunLedger } from './run.js';
import type { RunFolders } from './run-folders.js';
import type { Spawners } from './spawners.js';
import type { Work } from './work.js';

/** What an executor needs to run attempts: see "run context" in docs/glossary.md. */
export interface RunContext {
  options: ExecutorOptions;
  workerId: string;
  crash: CrashPoints;
  ledger: RunLedger;
  masker: Masker;
  driverHost: DriverHost;
  spawners: Spawners;
  /** For programs that act at providers, which are part of the platform, and for those of `command_batch` operations. */
  folders: { programs: RunFolders; commands: RunFolders };
  /** The program that runs several commands of one operation. */
  sequence: string;
}

/** Starts an attempt of a task. @throws Error when it cannot be started */
export function beginRun(task: ClaimedTask, context: RunContext): Run {
  const { workerId, masker, ledger, crash, options } = context;
  const work = task.runner === 'operation' ? operation(task, context) : command(task, context);
  return new Run(task, work, workerId, options.times.cancelGrace, masker, ledger, crash);
}

function command(task: ClaimedTask, { options, spawners, folders, sequence }: RunContext): Work {
  const isBatch = isCommandBatch(task);
  const spec = {
    intents: task.intents,
    // A workflow has a specification only if it executes a plan. A batch of commands has its commands there.
    approved: isBatch ? undefined : (task.spec ?? undefined),
    argv: argvOf(task, { ...options, sequence }),
    step: onlyStepOf(task),
    environment: {
      ...(isBatch ? options.commandEnvironment : options.providerEnvironment),
      ...taskEnvironment(task),
    },
    runId: `${task.id}-${task.attempt}`,
  };
  return new CommandWork(spec, spawners, isBatch ? folders.commands : folders.programs);
}

function taskEnvironment(task: ClaimedTask): Record<string, string> {
  const { id, attempt, infra, batchId, operation: key, idempotencyKey, requestId, traceparent } = task;
  return {
    PROVISIONING_TASK_ID: id,
    PROVISIONING_ATTEMPT: String(attempt),
    // No earlier attempt acted: providers need not be asked what it did.
    ...(task.fresh ? { PROVISIONING_FRESH: '1' } : {}),
    // Derived from the task, not from the attempt: a later attempt must recognise what an earlier one started.
    PROVISIONING_IDEMPOTENCY_KEY: idempotencyKey,
    PROVISIONING_INFRA: infra,
    ...(batchId ? { PROVISIONING_BATCH_ID: batchId } : {}),
    ...(key ? { PROVISIONING_OPERATION: key } : {}),
    PROVISIONING_REQUEST_ID: requestId,
    ...(task.reconcile ? { PROVISIONING_RECONCILE: '1' } : {}),
    ...(traceparent ? { TRACEPARENT: traceparent } : {}),
  };
}

function operation(task: ClaimedTask, { driverHost }: RunContext): Work {
  const { id, attempt, undo, exactly, reconcile, spec, changes, undoneKey, idempotencyKey } = task;
  // Safe cast: Postgres stores intents as the provisioner reported them, in the shape of the driver host's protocol.
  const intents = task.intents as RunMessage['intents'] & object;
  // Safe cast: Postgres stores the intents of the undone operation as the provisioner reported them.
  const intents_to_undo = task.intentsToUndo as RunMessage['intents'] & object;
  if (!spec) throw new Error('The specification of the operation is no longer stored.');
  return driverHost.run({
    id: `${id}-${attempt}`,
    action: undo ? 'undo' : reconcile ? 'reconcile' : 'apply',
    // Safe cast: the contract checked the specification when the operation was submitted.
    operation: spec as unknown as RunMessage['operation'],
    check: false,
    // An undo uses the key of the operation that it undoes, so that it finds changes that were never reported.
    idempotency_key: undo ? (undoneKey ?? idempotencyKey) : idempotencyKey,
    fresh: task.fresh,
    intents,
    ...(exactly ? { exactly } : {}),
    // Safe cast: Postgres stores changes as the provisioner reported them.
    ...(undo ? { changes: (changes ?? []) as RunMessage['changes'] & object, intents_to_undo } : {}),
  });
}
