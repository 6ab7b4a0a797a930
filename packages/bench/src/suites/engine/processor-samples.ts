import type { Work } from '../../compare.js';
import { timeBetween, type ProcessorTimes } from '../../setting/processor-time.js';
import { inOrder } from './in-order.js';

const UNIT = 'µs of processor an operation';

/** The processor time of every run of a work, for works that show it after that one. */
export class ProcessorSamples {
  /** Microseconds per operation by process, of each run of a contender. */
  readonly #runs = new Map<string, ReadonlyMap<string, number>[]>();

  constructor(private readonly operations: number) {}

  /**
   * Runs an act of a contender and keeps its processor time.
   * @param settle work that belongs to the act and goes on after it, such as the audit's
   */
  async around<Result>(
    contender: string,
    read: () => Promise<ProcessorTimes>,
    act: () => Promise<Result>,
    settle: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Result> {
    const before = await read();
    const result = await act();
    await settle();
    const spent = timeBetween(before, await read());
    const each = new Map([...spent].map(([process, time]) => [process, time / this.operations] as const));
    this.#runs.set(contender, [...(this.#runs.get(contender) ?? []), each]);
    return result;
  }

  /** All processes of each contender together. */
  total(names: readonly string[]): Work {
    return {
      id: 'noop-processor',
      title: 'Processor time of those operations, all processes',
      unit: UNIT,
      better: 'less',
      contenders: inOrder(
        names.map((name) => ({ name, measure: this.#each(name, (run) => sum([...run.values()])) })),
      ),
      notes: [
        'All threads, ended children and the backends of Postgres, from /proc. Ours until the audit trail has everything; what the platform does when idle is part of it.',
      ],
    };
  }

  /** One contender, by process. `redis`: whether it uses one. */
  parts(name: string, redis: boolean): Work {
    const spentIn = (label: string) => this.#each(name, (run) => run.get(label) ?? 0);
    return {
      id: `noop-processor-${name.replaceAll(' ', '-')}`,
      title: `Processor time of those operations by process, ${name}`,
      unit: UNIT,
      better: 'less',
      contenders: inOrder(
        LABELS.filter((label) => redis || label !== 'Redis').map((label) => ({
          name: label,
          measure: spentIn(label),
        })),
      ),
    };
  }

  /** The n-th measurement is of the n-th run. */
  #each(name: string, pick: (run: ReadonlyMap<string, number>) => number): () => Promise<number> {
    let turn = 0;
    return () => Promise.resolve(pick(this.#runs.get(name)![turn++]!));
  }
}

const LABELS = [
  'Postgres for the executor',
  'executor',
  'driver host',
  'API',
  'Postgres for the API',
  'worker',
  'Postgres for the worker',
  'Redis',
  'control center',
  'Postgres for the control center',
  'Postgres: background',
] as const;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
