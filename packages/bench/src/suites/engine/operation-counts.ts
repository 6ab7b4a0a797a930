import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '../../compare.js';
import { SLOTS } from '../../peers/task.js';
import { TOLD_WITHIN_MS } from '../../setting/postgres-figures.js';
import { StatementCounter, type StatementCounts } from '../../setting/statement-counter.js';
import { together } from '../../setting/together.js';
import { writeCounts, type WriteCounts } from '../../setting/write-counts.js';
import { Ours, type Operation } from './ours.js';

const OPERATIONS = 500;
const HOPS = 100;
const IDLE_MS = 3_000;

/** Per operation. They depend on the machine less than processor time and wall-clock do. */
export type OperationCounts = WriteCounts & StatementCounts;

const NAMES: Record<keyof OperationCounts, string> = {
  rows: 'rows written',
  walRecords: 'WAL records',
  walBytes: 'WAL bytes',
  statements: 'statements',
  messages: 'round trips to Postgres',
};

/** One platform without Redis whose statements pass through a counter. */
export class CountedPlatform {
  readonly #ours: Ours;
  #counter: StatementCounter | undefined;

  constructor() {
    this.#ours = new Ours(false, async (url) => {
      this.#counter = await StatementCounter.start(url);
      return this.#counter.url;
    });
  }

  /** A batch of operations that do not depend on each other. The first one makes the servers that the others find. */
  batch(): Promise<OperationCounts> {
    return this.#count(Array.from({ length: OPERATIONS }, (_, index) => noop(index)));
  }

  /** Operations that run one after the other: none shares a transaction or a message with another one. */
  chain(): Promise<OperationCounts> {
    return this.#count(
      Array.from({ length: HOPS }, (_, index) => ({
        ...noop(index),
        ...(index > 0 && { dependencies: [`op-${index - 1}`] }),
      })),
    );
  }

  async stop(): Promise<void> {
    await this.#ours.stop();
    await this.#counter?.stop();
  }

  async #count(operations: readonly Operation[]): Promise<OperationCounts> {
    const pool = await this.#ours.poolWith(SLOTS);
    // Vacuum writes when its time comes, not when an operation does.
    await pool.query('alter system set autovacuum = off');
    await pool.query('select pg_reload_conf()');
    await sleep(TOLD_WITHIN_MS);
    const written = await writeCounts(pool);
    const idle = this.#statements();
    await sleep(IDLE_MS);
    const before = this.#statements();
    const start = performance.now();
    await this.#ours.runBatch(SLOTS, operations);
    await this.#ours.untilAudited(SLOTS);
    const idleTimes = (performance.now() - start) / IDLE_MS;
    const after = this.#statements();
    await sleep(TOLD_WITHIN_MS);
    const rewritten = await writeCounts(pool);
    const per = (from: number, to: number, whileIdle = 0) =>
      Math.max(0, to - from - whileIdle * idleTimes) / operations.length;
    return {
      rows: per(written.rows, rewritten.rows),
      walRecords: per(written.walRecords, rewritten.walRecords),
      walBytes: per(written.walBytes, rewritten.walBytes),
      statements: per(before.statements, after.statements, before.statements - idle.statements),
      messages: per(before.messages, after.messages, before.messages - idle.messages),
    };
  }

  #statements(): StatementCounts {
    return this.#counter!.read();
  }
}

/** Works that show the counts in a report; `stop` ends their platform. */
export function operationCounts(): { works: Work[]; stop(): Promise<void> } {
  const platform = new CountedPlatform();
  const workOf = (id: string, title: string, act: () => Promise<OperationCounts>): Work => ({
    id,
    title,
    unit: 'per operation',
    better: 'less',
    contenders: together(
      [NAMES.rows, NAMES.walRecords, NAMES.walBytes, NAMES.statements, NAMES.messages],
      async () => {
        const counts = await act();
        return Object.fromEntries(
          // Safe cast: the keys of the table are these counts.
          Object.entries(NAMES).map(([key, name]) => [name, counts[key as keyof OperationCounts]]),
        );
      },
    ),
    notes: [
      'Without Redis; submission, audit and control center included. Each line is a count of its own: the ratio says nothing here.',
    ],
  });
  return {
    works: [
      workOf('counts-batch', `Counts of an operation that does nothing, in a batch of ${OPERATIONS}`, () =>
        platform.batch(),
      ),
      workOf('counts-chain', `Counts of an operation that does nothing, in a chain of ${HOPS}`, () =>
        platform.chain(),
      ),
    ],
    stop: () => platform.stop(),
  };
}

function noop(index: number): Operation {
  return {
    id: `op-${index}`,
    type: 'server_batch',
    provider: 'noop',
    infra: 'default',
    server_configs: [{ name: `server-${index}`, plan: 'small', zone: 'z' }],
  };
}
