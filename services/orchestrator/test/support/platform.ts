import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Definitions } from '@provisioning/provisioner';
import { createPostgres, silentLogger } from '@provisioning/runtime';
import {
  PATIENCE_MS,
  cloneDatabase,
  redisUrl,
  spawnNode,
  temporaryFolder,
  waitFor,
  type NodeProcess,
} from '@provisioning/test-kit';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Batch, Operation, OperationSpec } from '../../src/domain/batch/batch.js';
import { BatchService, type BatchRequest } from '../../src/domain/batch/batch-service.js';
import type { Submitter } from '../../src/domain/workflow/submitter.js';
import { scopeOf } from '../../src/domain/access/scope.js';
import type { Thing } from '../../src/domain/access/visibility.js';
import type { Permit } from '../../src/domain/rollback/submission.js';
import { RestoreService } from '../../src/domain/rollback/restore-service.js';
import { DriftService } from '../../src/domain/state/drift-service.js';
import { SurveyService } from '../../src/domain/state/survey-service.js';
import { PostgresSurveyStore } from '../../src/postgres/state/survey-store.js';
import { RollbackService } from '../../src/domain/rollback/rollback-service.js';
import { PostgresInventoryStore } from '../../src/postgres/journal/inventory-store.js';
import { PostgresCheckpointStore } from '../../src/postgres/rollbacks/checkpoint-store.js';
import { PostgresJournalStore } from '../../src/postgres/journal/journal-store.js';
import { PostgresRollbackStore } from '../../src/postgres/rollbacks/rollback-store.js';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import type { NewTask, TaskDetails } from '../../src/domain/task/task.js';
import { driverHostsIn, spawnersOf } from './spawners-of.js';
import { notifierOf } from '../../src/compose/resources.js';
import { WorkQueue } from '../../src/jobs/work-queue.js';
import { PostgresWorkerNotifier } from '../../src/postgres/workers/worker-notifier.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { createRedis } from '@provisioning/runtime';
import type { WorkerNotifier } from '../../src/domain/worker/worker-notifier.js';

/** The definitions of the repository's own workspace. */
export const DEFINITIONS = new Definitions(
  fileURLToPath(new URL('../../../../workspace/definitions', import.meta.url)),
);
const WORKER = join(dirname(fileURLToPath(import.meta.url)), '../../dist/src/worker.js');

/** Times that turn a test of minutes into one of seconds; their proportions are those of the defaults. */
const SHORT_TIMES = {
  LEASE_SECONDS: '12',
  FENCE_SECONDS: '4',
  WATCHDOG_SECONDS: '2',
  HEARTBEAT_SECONDS: '1',
};

type TestBatch = Partial<BatchRequest> & { operations: OperationSpec[] };

/** A batch, with its operations by their ids. */
export interface FoundBatch {
  batch: Batch;
  operations: Record<string, Operation>;
}

/** An operation that runs these scripts in bash, one after the other. */
export function commands(
  id: string,
  scripts: string | string[],
  more: Partial<OperationSpec> = {},
): OperationSpec {
  const encode = (script: string) => `run ${Buffer.from(script).toString('base64')}`;
  const { undo_commands: undo, ...rest } = more;
  return {
    id,
    type: 'command_batch',
    infra: 'default',
    dependencies: [],
    retries: 0,
    ...rest,
    commands: [scripts].flat().map(encode),
    ...(undo ? { undo_commands: undo.map(encode) } : {}),
  };
}

export interface TestPlatform {
  redisUrl: string | undefined;
  batches: BatchService;
  rollbacks: RollbackService;
  restores: RestoreService;
  drifts: DriftService;
  inventory: PostgresInventoryStore;
  database: Knex;
  databaseUrl: string;
  store: PostgresTaskStore;
  notifier: WorkerNotifier;
  /** The folder in which the local driver of the workers keeps its records. */
  dataDir: string;
  /** A folder for the files of commands. */
  folder: string;
  /** @param execPath the Node.js that runs it and its children; default: that of the tests */
  startWorker(environment?: Record<string, string>, execPath?: string): Promise<NodeProcess>;
  /** Stops all workers but this one. */
  stopOthers(worker: NodeProcess): Promise<void>;
  /** Submits a run of the stand-in command, which executes `script` in bash, and wakes a worker. */
  submit(script: string, task?: Partial<NewTask>): Promise<string>;
  /** Submits a batch of operations (on a separate infra unless given), and wakes a worker. */
  submitBatch(request: TestBatch): Promise<string>;
  batch(id: string): Promise<FoundBatch>;
  /** Waits until the batch has ended. */
  batchEnded(id: string, timeout?: number): Promise<FoundBatch>;
  find(id: string): Promise<TaskDetails>;
  /** Waits until the task has ended. */
  ended(id: string, timeout?: number): Promise<TaskDetails>;
  running(id: string): Promise<TaskDetails>;
  events(id: string): Promise<string[]>;
  /** Pids of all executors that registered, newest last. */
  executors(): Promise<number[]>;
  /** Pids of the spawners of the newest executor. */
  spawners(): Promise<number[]>;
  /** Pids of the driver hosts that run. */
  driverHosts(): number[];
  stop(): Promise<void>;
}

export const SUBMITTER: Submitter = {
  userId: uuidv7(),
  username: 'tester',
  requestId: 'test',
  traceparent: undefined,
  idempotency: undefined,
};

/** A grant to undo anything. */
export const ANYTHING: Permit = { toDo: () => Promise.resolve(), toRead: () => Promise.resolve() };
/** A grant to read anything. */
export const READABLE = (things: readonly Thing[]): Thing[] => [...things];

/** A database, a notifier and real worker processes whose command is a shell that runs the given script. */
export async function testPlatform({ redis = false }: { redis?: boolean } = {}): Promise<TestPlatform> {
  const clone = await cloneDatabase('orchestrator');
  const home = await temporaryFolder('engine');
  const redisAt = redis ? await redisUrl() : undefined;
  const command = join(home.path, 'command.sh');
  // The script is an argument: `servers create --script …`.
  // Words of a batch's command are split at blanks: `run <script in base64>`.
  const run = join(home.path, 'run.sh');
  writeFileSync(run, '#!/bin/bash\nexec /bin/bash -c "$(base64 -d <<<"$1")"\n');
  chmodSync(run, 0o755);
  writeFileSync(command, '#!/bin/bash\nexec /bin/bash -c "$4"\n');
  chmodSync(command, 0o755);
  const folder = join(home.path, 'witness');
  mkdirSync(folder);

  const database = createPostgres({
    url: clone.url,
    schema: 'orchestrator',
    applicationName: 'test',
    log: silentLogger,
  });
  const store = new PostgresTaskStore(database);
  const connection = redisAt === undefined ? undefined : createRedis(redisAt, 'producer', silentLogger);
  const wakeUps = new PostgresWorkerNotifier(database, silentLogger);
  const queue = connection && new WorkQueue(connection, silentLogger);
  const notifier = notifierOf(wakeUps, queue);
  const batches = new BatchService(
    new PostgresBatchStore(database),
    notifier,
    {
      commands: new Set(['run']),
      providers: new Map([
        ['local', {}],
        ['noop', {}],
        ['aws', {}],
        ['upcloud', {}],
      ]),
    },
    DEFINITIONS,
    new PostgresInventoryStore(database),
  );
  const rollbackStores = {
    checkpoints: new PostgresCheckpointStore(database),
    journal: new PostgresJournalStore(database),
    rollbacks: new PostgresRollbackStore(database),
  };
  const inventory = new PostgresInventoryStore(database);
  const surveys = new SurveyService(new PostgresSurveyStore(database), notifier);
  const workers: NodeProcess[] = [];

  const find = async (id: string): Promise<TaskDetails> => {
    const task = await store.find(id);
    if (!task) throw new Error(`no task ${id}`);
    return task;
  };
  const until = async (
    id: string,
    what: (task: TaskDetails) => boolean,
    timeout: number,
  ): Promise<TaskDetails> => {
    await waitFor(
      async () => {
        const task = await find(id);
        return what(task);
      },
      { timeout, what: `the task ${id}` },
    );
    return find(id);
  };

  const batch = async (id: string): Promise<FoundBatch> => {
    const { batch: found, operations } = await batches.get(id);
    return {
      batch: found,
      operations: Object.fromEntries(operations.map((operation) => [operation.id, operation])),
    };
  };

  return {
    redisUrl: redisAt,
    database,
    databaseUrl: clone.url,
    store,
    batches,
    rollbacks: new RollbackService(rollbackStores, inventory, notifier),
    restores: new RestoreService(rollbackStores, inventory, surveys, notifier),
    drifts: new DriftService(inventory, surveys),
    inventory,
    dataDir: join(home.path, 'data'),
    batch,
    async submitBatch({ operations, ...request }) {
      const infra = `infra-${uuidv7()}`;
      const submitted = await batches.execute(
        {
          name: 'test',
          version: null,
          storageBackend: null,
          parallelLimit: 5,
          rollbackEnabled: false,
          onFailure: 'continue',
          ...request,
          operations: operations.map((operation) => ({
            ...operation,
            infra: operation.infra === 'default' ? infra : operation.infra,
          })),
        },
        SUBMITTER,
      );
      return submitted.batch.id;
    },
    async batchEnded(id, timeout = PATIENCE_MS) {
      await waitFor(async () => (await batch(id)).batch.completedAt !== null, {
        timeout,
        what: `the batch ${id}`,
      });
      return batch(id);
    },
    notifier,
    folder,
    find,
    async startWorker(environment = {}, execPath = process.execPath) {
      const worker = spawnNode(WORKER, {
        execPath,
        env: {
          DATABASE_URL: clone.url,
          REDIS_URL: redisAt,
          PROVISIONING_DATA_DIR: join(home.path, 'data'),
          PROVISIONING_COMMAND: command,
          BATCH_COMMANDS: `run=${run}`,
          // The files of these commands are in private folders of the user who runs the tests.
          COMMAND_USER: userInfo().username,
          PROVISIONING_TEST_DRIVER: '1',
          WORKER_PORT: '0',
          LOG_LEVEL: 'debug',
          ...SHORT_TIMES,
          ...environment,
        },
      });
      workers.push(worker);
      await worker.message('ready');
      return worker;
    },
    async stopOthers(worker) {
      await Promise.all(workers.filter((other) => other !== worker).map((other) => other.stop()));
    },
    async submit(script, task = {}) {
      const id = uuidv7();
      const submitted: NewTask = {
        id,
        kind: 'workflow',
        name: 'create_servers',
        infra: `infra-${id}`,
        checkMode: false,
        program: 'provisioning',
        verb: ['servers', 'create'],
        args: ['--script', script],
        maxAttempts: 3,
        reconcilable: false,
        retryOf: null,
        createdBy: uuidv7(),
        createdByName: 'tester',
        requestId: 'test',
        traceparent: undefined,
        scope: scopeOf(SUBMITTER.userId, []),
        ...task,
      };
      await store.submit(submitted, undefined);
      const { kind, name, infra, createdByName } = submitted;
      const work = {
        id,
        kind: kind as 'workflow' | 'survey',
        name,
        infras: [infra],
        submittedBy: createdByName,
      };
      notifier.submitted(work);
      return id;
    },
    ended: (id, timeout = PATIENCE_MS) => until(id, ({ completedAt }) => completedAt !== null, timeout),
    running: (id) => until(id, ({ status }) => status === 'Running', PATIENCE_MS),
    async events(id) {
      const rows = await database<{ type: string; task_id: string; seq: number }>('events')
        .where('task_id', id)
        .whereNot('type', 'progress')
        .orderBy('seq');
      return rows.map(({ type }) => type);
    },
    async executors() {
      const rows = await database<{ pid: number; started_at: Date }>('workers').orderBy('started_at');
      return rows.map(({ pid }) => pid);
    },
    async spawners() {
      const newest = await database<{ id: string; started_at: Date }>('workers')
        .orderBy('started_at', 'desc')
        .first();
      return spawnersOf(newest!.id);
    },
    driverHosts() {
      return driverHostsIn(join(home.path, 'data'));
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await queue?.close();
      connection?.disconnect();
      await database.destroy();
      await clone.drop();
      await home.remove();
    },
  };
}
