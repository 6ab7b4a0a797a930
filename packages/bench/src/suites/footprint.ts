import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Work } from '../compare.js';
import { launcher, type Launcher } from '../setting/launcher.js';
import { startPlatform, type Platform } from '../setting/platform.js';
import { scriptBelow, usageOf } from '../setting/processes.js';
import { together } from '../setting/together.js';
import { poolOf, runBatch } from '../setting/work.js';
import type { Suite } from '../suite.js';

const IDLE_SECONDS = 20;
const TASKS = 10_000;
const PER_BATCH = 1_000;
const WORKER = 'the worker';
const EXECUTOR = 'its executor';
const HOST = 'the driver host';
const API = 'the API';
const CENTER = 'the control center';
const WORKER_WHOLE = 'the worker with its executor and driver host';

/** The cost of an idle platform: time to start, processor and memory. */
export const footprintSuite: Suite = {
  name: 'footprint',
  rounds: 3,
  prepare: async () => {
    const stops: (() => Promise<unknown>)[] = [];
    const stop = async () => {
      for (let each = stops.pop(); each; each = stops.pop()) await each();
    };
    try {
      const start = await launcher();
      stops.push(start.remove);
      // The first start creates the databases: the second one is measured.
      await start.startAndStop();
      const platform = await startPlatform({ redis: true, workers: 1 });
      stops.push(platform.stop);
      const pool = poolOf(platform);
      stops.push(() => pool.end());
      // Everything that is started on demand runs from here on.
      await runBatch(platform, pool, { operations: 20, parallelLimit: 20 });
      return { works: [starts(start), idle(platform), memory(platform, pool)], stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

function starts(start: Launcher): Work {
  const name = 'npm start, the second time';
  return {
    id: 'start',
    title: 'From npm start until both services are ready',
    unit: 's',
    better: 'less',
    contenders: [{ name, measure: () => start.startAndStop() }],
    bars: [{ of: name, atMost: 20 }],
  };
}

function idle(platform: Platform): Work {
  return {
    id: 'idle',
    title: `Processor when idle, over ${IDLE_SECONDS} s`,
    unit: '% of a core',
    better: 'less',
    contenders: together([WORKER_WHOLE, API, CENTER], async () => {
      const parts = await partsOf(platform);
      const before = await cpuOf(parts);
      const start = performance.now();
      await sleep(IDLE_SECONDS * 1000);
      const share = 100 / ((performance.now() - start) / 1000);
      const after = await cpuOf(parts);
      const spent = (name: keyof Parts) => Math.max(0, after[name] - before[name]) * share;
      return {
        [WORKER_WHOLE]: spent(WORKER) + spent(EXECUTOR) + spent(HOST),
        [API]: spent(API),
        [CENTER]: spent(CENTER),
      };
    }),
    bars: [{ of: WORKER_WHOLE, atMost: 1 }],
    notes: ['The kernel counts in hundredths of a second: 0.05 % is one of them.'],
  };
}

function memory(platform: Platform, pool: pg.Pool): Work {
  let done = 0;
  return {
    id: 'memory',
    title: `Resident memory after ${TASKS.toLocaleString('en-US')} tasks`,
    unit: 'MB',
    better: 'less',
    contenders: together([WORKER, EXECUTOR, HOST, API, CENTER], async () => {
      for (; done < TASKS; done += PER_BATCH)
        await runBatch(platform, pool, { operations: PER_BATCH, parallelLimit: 100 });
      const parts = await partsOf(platform);
      const of = async (name: keyof Parts) => (await usageOf(parts[name])).residentMb;
      return {
        [WORKER]: await of(WORKER),
        [EXECUTOR]: await of(EXECUTOR),
        [HOST]: await of(HOST),
        [API]: await of(API),
        [CENTER]: await of(CENTER),
      };
    }),
    bars: [
      { of: WORKER, atMost: 150 },
      { of: EXECUTOR, atMost: 60 },
    ],
    notes: [
      `The tasks are operations of batches of ${PER_BATCH.toLocaleString('en-US')}, done once, before the first round.`,
    ],
  };
}

type Parts = Record<typeof WORKER | typeof EXECUTOR | typeof HOST | typeof API | typeof CENTER, number>;

async function partsOf({ workers, api, controlCenter }: Platform): Promise<Parts> {
  const [worker] = workers;
  return {
    [WORKER]: worker!,
    [EXECUTOR]: await scriptBelow(worker!, 'executor.js'),
    [HOST]: await scriptBelow(worker!, 'driver-host.js'),
    [API]: api,
    [CENTER]: controlCenter,
  };
}

async function cpuOf(parts: Parts): Promise<Parts> {
  const entries = await Promise.all(
    Object.entries(parts).map(async ([name, pid]) => [name, (await usageOf(pid)).cpu] as const),
  );
  // Safe cast: one entry for each part.
  return Object.fromEntries(entries) as Parts;
}
