import type { Suite } from '../suite.js';
import { startPlatform } from '../setting/platform.js';
import { poolOf } from '../setting/work.js';
import { costWorks } from './cost-per-task.js';
import { overBatchSize, overParallelLimit } from './cost-curves.js';

/** The cost of a task, and how cost grows: the figures of docs/scale.md. */
export const costSuite: Suite = {
  name: 'cost',
  rounds: 3,
  prepare: async () => {
    const platform = await startPlatform({ redis: true, workers: 1 });
    const pool = poolOf(platform);
    const stop = async () => {
      await pool.end();
      await platform.stop();
    };
    try {
      const works = [
        ...(await costWorks(platform, pool)),
        overBatchSize(platform, pool),
        overParallelLimit(platform, pool),
      ];
      return { works, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
