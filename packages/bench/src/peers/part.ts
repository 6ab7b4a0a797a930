import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerTask } from './task.js';

/** Where a peer keeps its things. */
export interface PeerSetting {
  databaseUrl: string;
  redisUrl: string;
}

/** The side that submits, in a process of its own. */
interface PeerClient {
  submit(task: PeerTask): Promise<void>;
  /** Whether the store knows of nothing any more that is not ended. */
  settled(): Promise<boolean>;
}

/** The side that works, in another. What polls so often that others would notice does so between `begin` and `end` alone. */
interface PeerWorker {
  begin?(): Promise<void>;
  end?(): Promise<void>;
}

export interface PeerScript {
  client(setting: PeerSetting): Promise<PeerClient>;
  worker(setting: PeerSetting, tally: Tally): Promise<PeerWorker>;
}

export type Role = keyof PeerScript;

export interface Request {
  id: number;
  act: 'start' | 'begin' | 'end' | 'submit' | 'settle' | 'reach';
  argument: unknown;
}
export interface Reply {
  id: number;
  result?: unknown;
  error?: string;
}
export interface Reached {
  /** How long each operation waited, where it says when it was sent. */
  waits: number[];
  /** The longest that the worker's event loop stood still. */
  stallMs: number;
}

/** Operations that ended in a worker since `reset`. */
export class Tally {
  #waits: number[] = [];
  #wanted: { count: number; reached: (waits: number[]) => void } | undefined;

  reset(): void {
    this.#waits = [];
    this.#wanted = undefined;
  }

  /** @param sentAt of `now()`, in whatever process */
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

/** Answers the benchmark, one request for each reply, until its channel closes. */
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
    acts[act](argument as never).then(
      (result) => reply({ result }),
      (error: unknown) =>
        reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}

/** Calls `send` for each of a paced task's operations, when its time has come. */
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
