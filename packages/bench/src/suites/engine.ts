import type { Suite } from '../suite.js';
import { chain, graphs } from './engine/graphs.js';
import { paced } from './engine/paced.js';
import { operationCounts } from './engine/operation-counts.js';
import { EngineSetting } from './engine/setting.js';
import { commands, noops } from './engine/throughput.js';

/** The engine beside other engines and the bare limits, with one API process and one worker. */
export const engineSuite: Suite = {
  name: 'engine',
  rounds: 3,
  prepare: async () => {
    const setting = await EngineSetting.start();
    // The graphs last: they need a worker with more slots.
    const counts = operationCounts();
    const works = [
      ...noops(setting),
      ...counts.works,
      ...commands(setting),
      chain(setting),
      paced(setting),
      ...graphs(setting),
    ];
    const stop = async () => {
      await counts.stop();
      await setting.stop();
    };
    return { works, stop };
  },
};
