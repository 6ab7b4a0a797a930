import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Work } from '../compare.js';
import type { Platform } from '../setting/platform.js';
import { postgresFigures, TOLD_WITHIN_MS, type PostgresFigures } from '../setting/postgres-figures.js';
import { descendantsOf, usageOf } from '../setting/processes.js';
import { redisFigures } from '../setting/redis-info.js';
import { runBatch, runCommands } from '../setting/work.js';

const OPERATIONS = 1_000;
const COMMANDS = 300;
const OPERATION = `an operation of a batch of ${OPERATIONS.toLocaleString('en-US')}`;
const COMMAND = 'a workflow of its own, one command';

/** The tables with the rows of each kind. */
const TABLES: Record<string, readonly string[]> = {
  [OPERATION]: ['tasks', 'event_chunks', 'task_results', 'task_specs', 'task_logs', 'journal', 'resources'],
  [COMMAND]: ['tasks', 'event_chunks', 'task_results'],
};

/** Per task, all measured in one run. */
interface Cost {
  kept: number;
  indexes: number;
  tables: Record<string, number>;
  wal: number;
  writes: number;
  commits: number;
  postgresMs: number;
  ownMs: number;
  ownBytes: number;
  redisCommands: number;
  redisBytes: number;
}

const FIGURES: readonly [id: keyof Cost & string, title: string, unit: string][] = [
  ['kept', 'Kept in Postgres: tables and indexes', 'bytes/task'],
  ['indexes', 'Of that, indexes', 'bytes/task'],
  ['wal', 'Write-ahead log of Postgres', 'bytes/task'],
  ['writes', 'Transactions that write', 'transactions/task'],
  ['commits', 'Transactions, those that read too', 'transactions/task'],
  ['postgresMs', 'Processor, Postgres', 'ms/task'],
  ['ownMs', 'Processor, API, worker, executor and driver host', 'ms/task'],
  ['ownBytes', 'Read and written by these and by their commands', 'bytes/task'],
  ['redisCommands', 'Commands of Redis, those of scripts too', 'commands/task'],
  ['redisBytes', 'In and out of Redis', 'bytes/task'],
];

/** What a task of each kind stores and uses. */
export async function costWorks(platform: Platform, pool: pg.Pool): Promise<Work[]> {
  const kinds = new Map<string, Sampler>([
    [
      OPERATION,
      new Sampler(platform, pool, OPERATIONS, () =>
        runBatch(platform, pool, { operations: OPERATIONS, parallelLimit: 100 }),
      ),
    ],
    [COMMAND, new Sampler(platform, pool, COMMANDS, () => runCommands(platform, pool, COMMANDS))],
  ]);
  const works = FIGURES.map(([id, title, unit]): Work => ({
    id: `cost-${id}`,
    title,
    unit,
    better: 'less',
    contenders: contendersOf([OPERATION, COMMAND], (name) =>
      // Safe cast: the rows of this table are numbers.
      kinds.get(name)!.each((cost) => cost[id] as number),
    ),
  }));
  const byTable = [...kinds].map(([name, sampler]): Work => ({
    id: `cost-tables-${name === OPERATION ? 'operation' : 'command'}`,
    title: `Kept in Postgres by table: ${name}`,
    unit: 'bytes/task',
    better: 'less',
    contenders: contendersOf(TABLES[name]!, (table) => sampler.each(({ tables }) => tables[table] ?? 0)),
  }));
  return [...works, ...byTable];
}

function contendersOf(
  names: readonly string[],
  measureOf: (name: string) => () => Promise<number>,
): Work['contenders'] {
  const [first, ...others] = names.map((name) => ({ name, measure: measureOf(name) }));
  return [first!, ...others];
}

/** Runs tasks of one kind and counts; the n-th round of every figure belongs to the n-th run. */
class Sampler {
  readonly #runs: Promise<Cost>[] = [];

  constructor(
    private readonly platform: Platform,
    private readonly pool: pg.Pool,
    private readonly tasks: number,
    private readonly act: () => Promise<unknown>,
  ) {}

  each(pick: (cost: Cost) => number): () => Promise<number> {
    let turn = 0;
    return async () => pick(await (this.#runs[turn++] ??= this.#run()));
  }

  async #run(): Promise<Cost> {
    const idle = await this.#read();
    await sleep(TOLD_WITHIN_MS);
    const before = await this.#read();
    await this.act();
    await sleep(TOLD_WITHIN_MS);
    const after = await this.#read();
    // Periodic work of an idle platform runs meanwhile, too.
    const times = (after.at - before.at) / (before.at - idle.at);
    const per = (of: (reading: Reading) => number) =>
      (of(after) - of(before) - (of(before) - of(idle)) * times) / this.tasks;
    const size = (of: (reading: Reading) => number) => (of(after) - of(before)) / this.tasks;
    const total = ({ postgres: { tables } }: Reading) =>
      Object.values(tables).reduce((sum, bytes) => sum + bytes, 0);
    return {
      kept: size(total),
      indexes: size(({ postgres }) => postgres.indexes),
      tables: Object.fromEntries(
        Object.keys(after.postgres.tables).map((name) => [
          name,
          size(({ postgres }) => postgres.tables[name] ?? 0),
        ]),
      ),
      wal: per(({ postgres }) => postgres.wal),
      writes: per(({ postgres }) => postgres.writes),
      commits: per(({ postgres }) => postgres.commits),
      postgresMs: per(({ postgres }) => postgres.cpu) * 1000,
      ownMs: per(({ cpu }) => cpu) * 1000,
      ownBytes: per(({ bytes }) => bytes),
      redisCommands: per(({ commands }) => commands),
      redisBytes: per(({ redisBytes }) => redisBytes),
    };
  }

  async #read(): Promise<Reading> {
    const { api, workers, redisUrl } = this.platform;
    const below = (await Promise.all(workers.map(descendantsOf))).flat();
    const own = await Promise.all([api, ...workers, ...below.map(({ pid }) => pid)].map(usageOf));
    const redis = await redisFigures(redisUrl!);
    return {
      at: performance.now(),
      postgres: await postgresFigures(this.pool),
      cpu: own.reduce((sum, { cpu }) => sum + cpu, 0),
      bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
      commands: redis.commands,
      redisBytes: redis.bytes,
    };
  }
}

interface Reading {
  at: number;
  postgres: PostgresFigures;
  cpu: number;
  bytes: number;
  commands: number;
  redisBytes: number;
}
