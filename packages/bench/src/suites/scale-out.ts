import { v7 as uuidv7 } from 'uuid';
import type pg from 'pg';
import type { Work } from '../compare.js';
import { startPlatform, type Platform } from '../setting/platform.js';
import { poolOf, runBatch } from '../setting/work.js';
import type { Suite } from '../suite.js';

const WORKERS = [1, 2, 4];
const SLOTS = 16;
const TAKES_MS = 50;
/** For each worker, so that any number of workers is busy for the same time. */
const OPERATIONS = 320;
/** Relative to the rate of more workers that did not interfere at all. */
const OF_LINEAR = 0.9;

/** The gain of more workers for work without processor time: each operation sleeps at the provider. */
export const scaleOutSuite: Suite = {
  name: 'scale-out',
  prepare: async () => {
    const stops: (() => Promise<unknown>)[] = [];
    const stop = async () => {
      for (let each = stops.pop(); each; each = stops.pop()) await each();
    };
    try {
      const platforms: { workers: number; platform: Platform; pool: pg.Pool }[] = [];
      for (const workers of WORKERS) {
        const platform = await startPlatform({
          redis: true,
          workers,
          environment: { WORKER_CONCURRENCY: String(SLOTS) },
        });
        stops.push(platform.stop);
        const pool = poolOf(platform);
        stops.push(() => pool.end());
        platforms.push({ workers, platform, pool });
      }
      // Safe cast: only the members that the suite uses.
      const contenders = platforms.map(({ workers, platform, pool }) => ({
        name: nameOf(workers),
        measure: () => rateOf(workers, platform, pool),
      })) as unknown as Work['contenders'];
      const work: Work = {
        id: 'scale-out',
        title: `A batch of operations of ${TAKES_MS} ms, ${SLOTS} at once on each worker`,
        unit: 'operations/s',
        better: 'more',
        contenders,
        bars: WORKERS.slice(1).map((workers) => ({
          of: nameOf(workers),
          against: nameOf(1),
          atLeast: OF_LINEAR * workers,
        })),
        notes: [
          `${SLOTS} at once that take ${TAKES_MS} ms each are ${(SLOTS * 1000) / TAKES_MS}/s for each worker, if all else took no time.`,
          'Each number of workers has a platform of its own; the others stand idle meanwhile.',
        ],
      };
      return { works: [work], stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};

const nameOf = (workers: number) => (workers === 1 ? '1 worker' : `${workers} workers`);

async function rateOf(workers: number, platform: Platform, pool: pg.Pool): Promise<number> {
  const operations = OPERATIONS * workers;
  const seconds = await runBatch(platform, pool, {
    operations,
    parallelLimit: Math.min(100, workers * SLOTS),
    // New servers: existing ones are found at once, which takes no time.
    nameOf: (index) => `slow-${TAKES_MS}-${uuidv7()}-${index}`,
  });
  return operations / seconds;
}
