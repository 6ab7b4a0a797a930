import { scopeOf } from '../../src/domain/access/scope.js';
import { anyTasks } from './capacity.js';
import { PostgresBatchStore } from '../../src/postgres/batches/batch-store.js';
import { PostgresTaskStore } from '../../src/postgres/tasks/task-store.js';
import { PostgresLedger } from '../../src/postgres/workers/worker-ledger.js';
import type { TaskResult } from '../../src/domain/worker/ledger.js';
import type { Knex } from 'knex';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { ModelBatch } from '../model/batch-model.js';
import { modelBatch } from './submit-model.js';

interface Claim {
  task: string;
  attempt: number;
  worker: string;
}

const LEASE_SECONDS = 600;
const MOST_HOLDERS = 200;

/**
 * Calls the engine's functions as executors, API processes and periodic jobs would, in an order that `random` draws,
 * and collects errors. Claims are kept beyond their end, so that late results of old attempts occur too.
 */
export class Storm {
  readonly errors: string[] = [];
  readonly batches: string[] = [];
  readonly tasks: string[] = [];
  readonly #workers: string[] = [];
  readonly #claims: Claim[] = [];
  readonly #ledger: PostgresLedger;
  readonly #batchStore: PostgresBatchStore;
  readonly #taskStore: PostgresTaskStore;
  #days = 8;

  constructor(
    private readonly database: Knex,
    private readonly pool: Pool,
    private readonly infras: readonly string[],
  ) {
    this.#ledger = new PostgresLedger(pool);
    this.#batchStore = new PostgresBatchStore(database);
    this.#taskStore = new PostgresTaskStore(database);
  }

  async startWorkers(count: number): Promise<void> {
    for (let index = 0; index < count; index++) this.#workers.push(await this.#newWorker());
  }

  /** Does a random action. */
  async act(random: () => number): Promise<void> {
    const draw = random() * ACTS.reduce((sum, [weight]) => sum + weight, 0);
    let reached = 0;
    const [, name] = ACTS.find(([weight]) => (reached += weight) > draw)!;
    await this.#watched(name, () => this.#acts[name](random));
  }

  /** Brings everything to its end, completing all requested work. */
  async settle(): Promise<void> {
    // Not only those at hand: one that was about to expire may have renewed its lease at the last moment.
    const { rows } = await this.pool.query<{ id: string }>(`select id from workers where state = 'alive'`);
    for (const { id } of rows) await this.#ledger.releaseWorker(id, 'the storm is over');
    const worker = await this.#newWorker();
    for (;;) {
      await this.#ledger.releaseExpiredWorkers();
      await this.pool.query(`update tasks set run_after = now() where status = 'RetryWait'`);
      await this.#ledger.promoteDueRetries();
      const { claimed } = await this.#ledger.round(worker, [], anyTasks(50));
      if (claimed.length === 0) return;
      const claims = claimed.map(({ id, attempt }) => ({ task: id, attempt, worker }));
      await this.#ledger.round(
        worker,
        claims.map((claim) => resultOf(claim, 'Completed')),
        anyTasks(0),
      );
    }
  }

  readonly #acts: Record<ActName, (random: () => number) => Promise<unknown>> = {
    submitBatch: async (random) => {
      if (this.batches.length >= MOST_HOLDERS) return;
      const infras = [pick(this.infras, random)!, pick(this.infras, random)!];
      const { batchId, ids } = await modelBatch(
        this.database,
        randomBatch(random),
        random() < 0.5 ? [...new Set(infras)] : infras.slice(0, 1),
      );
      this.batches.push(batchId);
      this.tasks.push(...ids.values());
    },
    submitTask: async (random) => {
      if (this.tasks.length >= 10 * MOST_HOLDERS) return;
      const task = newTask(pick(this.infras, random)!, random() < 0.1);
      await this.#taskStore.submit(task, undefined);
      this.tasks.push(task.id);
    },
    round: async (random) => {
      const worker = pick(this.#workers, random)!;
      const claims = this.#takeClaims(random);
      const status = () =>
        pick(['Completed', 'Completed', 'Completed', 'Failed', 'Cancelled'] as const, random)!;
      // A worker reports only its own tasks, but a result of another worker's must be handled correctly as well.
      const teller = claims[0]?.worker ?? worker;
      const { claimed } = await this.#ledger.round(
        teller,
        claims.map((claim) => resultOf(claim, status(), random() < 0.2)),
        anyTasks(Math.floor(random() * 5)),
      );
      for (const { id, attempt } of claimed) this.#claims.push({ task: id, attempt, worker: teller });
    },
    lose: async (random) => {
      const claim = this.#takeClaim(random);
      if (claim)
        await this.#ledger.reportLost(
          claim.task,
          claim.attempt,
          claim.worker,
          'the host is gone',
          random() < 0.7,
        );
    },
    appendLog: async (random) => {
      const claim = pick(this.#claims, random);
      if (!claim) return;
      const { task: taskId, attempt, worker: workerId } = claim;
      const firstLine = Math.floor(random() * 1e9);
      await this.#ledger.appendLog({ taskId, attempt, workerId, at: new Date(), firstLine, lines: ['a'] });
      await this.#ledger.recordProgress(
        taskId,
        attempt,
        { totalSteps: 2, doneSteps: 1, currentStep: null },
        true,
      );
    },
    cancelTask: async (random) => {
      const task = pick(this.tasks, random);
      if (task) await this.#taskStore.cancel(task, 'tester');
    },
    cancelBatch: async (random) => {
      const batch = pick(this.batches, random);
      if (batch) await this.#batchStore.cancel(batch, 'tester');
    },
    loseWorker: async (random) => {
      const index = Math.floor(random() * this.#workers.length);
      const [worker] = this.#workers.splice(index, 1, await this.#newWorker());
      await this.#ledger.releaseWorker(worker!, 'its worker is gone', random() < 0.3);
    },
    expireWorker: async (random) => {
      const index = Math.floor(random() * this.#workers.length);
      const [worker] = this.#workers.splice(index, 1, await this.#newWorker());
      await this.pool.query(`update workers set lease_until = now() - interval '1 s' where id = $1`, [
        worker,
      ]);
      await this.pool.query(`select release_worker($1, 'its lease ended', false, true)`, [worker]);
    },
    heartbeat: async (random) => {
      await this.#ledger.heartbeat(pick(this.#workers, random)!, LEASE_SECONDS);
    },
    sweep: () => this.#ledger.releaseExpiredWorkers(),
    wake: async () => {
      const { rows } = await this.pool.query<{ id: string }>(
        `select id from tasks where status = 'RetryWait' limit 1`,
      );
      await this.pool.query('update tasks set run_after = now() where id = $1', [rows[0]?.id]);
      await this.pool.query('select promote_due_retries()');
    },
    keepHouse: async () => {
      await this.pool.query('select create_partitions($1)', [this.#days++]);
      await this.pool.query('select sum_tallies()');
    },
  };

  /** Some stay, and are used again when their time is long over. */
  #takeClaim(random: () => number): Claim | undefined {
    const index = Math.floor(random() * this.#claims.length);
    return random() < 0.1 ? this.#claims[index] : this.#claims.splice(index, 1)[0];
  }

  /** Up to four, of several batches and infras, without duplicates. */
  #takeClaims(random: () => number): Claim[] {
    const taken = Array.from({ length: Math.floor(random() * 5) }, () => this.#takeClaim(random));
    return [...new Map(taken.flatMap((claim) => (claim ? [[claim.task, claim] as const] : []))).values()];
  }

  async #newWorker(): Promise<string> {
    const id = uuidv7();
    await this.#ledger.register({ id, host: 'h', bootId: 'b', slot: 0, pid: 1 }, LEASE_SECONDS, 0);
    return id;
  }

  async #watched(name: string, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const { code, message, detail, where } = error as Error & Record<'code' | 'detail' | 'where', unknown>;
      this.errors.push([name, code, message, detail, where].map(String).join(' | '));
    }
  }
}

const ACTS = [
  [3, 'submitBatch'],
  [3, 'submitTask'],
  [40, 'round'],
  [3, 'lose'],
  [8, 'appendLog'],
  [1, 'cancelTask'],
  [0.4, 'cancelBatch'],
  [1, 'loseWorker'],
  [0.5, 'expireWorker'],
  [4, 'heartbeat'],
  [2, 'sweep'],
  [10, 'wake'],
  [0.5, 'keepHouse'],
] as const;
type ActName = (typeof ACTS)[number][1];

function resultOf(
  { task: taskId, attempt, worker: workerId }: Claim,
  status: 'Completed' | 'Failed' | 'Cancelled',
  permanent = false,
): TaskResult {
  return {
    taskId,
    attempt,
    workerId,
    resultId: uuidv7(),
    status,
    permanent,
    exitCode: 0,
    signal: null,
    error: status === 'Failed' ? 'it failed' : null,
    output: '',
    data: {},
    evidence: {},
    log: undefined,
    progress: undefined,
    changes: [],
  };
}

function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)];
}

function randomBatch(random: () => number): ModelBatch {
  const count = 1 + Math.floor(random() * 8);
  return {
    parallelLimit: 1 + Math.floor(random() * 3),
    onFailure: random() < 0.3 ? 'stop' : 'continue',
    rollbackEnabled: random() < 0.4,
    operations: Array.from({ length: count }, (_, index) => ({
      id: `o${index}`,
      dependencies: Array.from({ length: index }, (__, below) => `o${below}`).filter(() => random() < 0.3),
      retries: Math.floor(random() * 3),
      whenLost: pick(['again', 'asked', 'failed'] as const, random)!,
      undoable: random() < 0.7,
    })),
  };
}

function newTask(infra: string, checkMode: boolean) {
  return {
    id: uuidv7(),
    kind: 'workflow' as const,
    name: 'create_servers',
    infra,
    checkMode,
    program: 'provisioning',
    verb: [],
    args: [],
    maxAttempts: 3,
    reconcilable: true,
    retryOf: null,
    createdBy: uuidv7(),
    createdByName: 'tester',
    requestId: 'r',
    traceparent: undefined,
    scope: scopeOf('tester', []),
  };
}
