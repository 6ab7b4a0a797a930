import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerTask } from './task.js';

/** The stores of a peer. */
export interface PeerSetting {
  databaseUrl: string;
  redisUrl: string;
}

/** The side that submits, in a separate process. */
interface PeerClient {
  submit(task: PeerTask): Promise<void>;
  /** Whether the store has no operation left that has not ended. */
  settled(): Promise<boolean>;
}

/** The side that works, in another process. Frequent polling happens only between `begin` and `end`. */
interface PeerWorker {
  begin?(): Promise<void>;
  end?(): Promise<void>;
}

/** The script of a peer: how its two sides are started. */
export interface PeerScript {
  client(setting: PeerSetting): Promise<PeerClient>;
  worker(setting: PeerSetting, tally: Tally): Promise<PeerWorker>;
}

/** One of the sides of a peer. */
export type Role = keyof PeerScript;

/** A request of the benchmark to a side. */
export interface Request {
  id: number;
  act: 'start' | 'begin' | 'end' | 'submit' | 'settle' | 'reach';
  argument: unknown;
}
/** The reply to a request. */
export interface Reply {
  id: number;
  result?: unknown;
  error?: string;
}
/** What a worker measured up to a number of ended operations. */
export interface Reached {
  /** How long each operation waited, if it carries its time of sending. */
  waits: number[];
  /** The longest pause of the worker's event loop. */
  stallMs: number;
}

/** The number of operations that ended in a worker since `reset`. */
export class Tally {
  #waits: number[] = [];
  #wanted: { count: number; reached: (waits: number[]) => void } | undefined;

  reset(): void {
    this.#waits = [];
    this.#wanted = undefined;
  }

  /** @param sentAt a value of `now()`, from any process */
  one(sentAt?: number): void {
    this.#waits.push(sentAt === undefined ? 0 : now() - sentAt);
    this.#look();
  }

  reach(count: number): Promise<number[]> {
    return new Promise((reached) => {
      this.#wanted = { count, reached };
      this.#look();
    });
  }

  #look(): void {
    if (this.#wanted?.count === this.#waits.length) this.#wanted.reached(this.#waits);
  }
}

/** Milliseconds of a clock that all processes of a machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const LOOP_RESOLUTION_MS = 10;
const SETTLE_PAUSE_MS = 2;

/** Answers the requests of the benchmark, one reply each, until its channel closes. */
export function serve(script: PeerScript): void {
  let client: PeerClient | undefined;
  let worker: PeerWorker | undefined;
  const tally = new Tally();
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const acts: Record<Request['act'], (argument: never) => Promise<unknown>> = {
    start: async ({ role, setting }: { role: Role; setting: PeerSetting }) => {
      if (role === 'client') client = await script.client(setting);
      else worker = await script.worker(setting, tally);
    },
    begin: async () => {
      await worker!.begin?.();
      tally.reset();
      loop.reset();
      loop.enable();
    },
    end: async () => worker!.end?.(),
    submit: (task: PeerTask) => client!.submit(task),
    settle: async () => {
      while (!(await client!.settled())) await sleep(SETTLE_PAUSE_MS);
    },
    reach: async (count: number): Promise<Reached> => {
      const waits = await tally.reach(count);
      loop.disable();
      return { waits, stallMs: Math.max(0, loop.max / 1e6 - LOOP_RESOLUTION_MS) };
    },
  };
  process.on('message', ({ id, act, argument }: Request) => {
    const reply = (rest: Omit<Reply, 'id'>) => process.send?.({ id, ...rest });
    // Safe cast: the parent names an act with its argument.
    acts[act](argument as never).then(
      (result) => reply({ result }),
      (error: unknown) =>
        reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}

/** Calls `send` for each operation of a paced task at its time. */
export async function atPace(
  { count, perSecond }: { count: number; perSecond: number },
  send: (index: number) => Promise<unknown>,
): Promise<void> {
  const start = now();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, start + (index * 1000) / perSecond - now()));
    sent.push(send(index));
  }
  await Promise.all(sent);
}
