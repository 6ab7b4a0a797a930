import { startPlatform, type Platform } from '../setting/platform.js';
import { scriptBelow } from '../setting/processes.js';
import { poolOf, runBatch } from '../setting/work.js';
import { LoadClient } from '../suites/api/load-client.js';
import { reads, submissions } from '../suites/api/works.js';
import { runOurs } from '../suites/events/senders.js';
import { recordDuring } from './recording.js';
import { summaryOf, type Summary } from './summary.js';

const OPERATIONS = 2_000;

/** A process that is busy, and a profile of that time. */
export interface HotPath extends Summary {
  id: string;
  title: string;
}

/** The most expensive code paths, each recorded during its benchmark. */
export async function hotPaths(progress: (title: string) => void): Promise<HotPath[]> {
  const found: HotPath[] = [];
  const record = async (id: string, title: string, pid: number, act: () => Promise<unknown>) => {
    progress(title);
    // Compiling and planning, which happen once, are not included.
    await act();
    found.push({ id, title, ...summaryOf(await recordDuring(pid, act)) });
  };
  await onPlatform({ redis: true, workers: 1 }, async (platform) => {
    const pool = poolOf(platform);
    const act = () => runBatch(platform, pool, { operations: OPERATIONS, parallelLimit: 100 });
    try {
      await record(
        'executor',
        'The executor, no-op operations',
        await scriptBelow(platform.workers[0]!, 'executor.js'),
        act,
      );
      await record('api-batch', 'The API meanwhile', platform.api, act);
    } finally {
      await pool.end();
    }
  });
  await onPlatform({ redis: true, workers: 0 }, async (platform) => {
    const client = new LoadClient();
    try {
      const endWaiting = () => Promise.resolve();
      const setting = { platform, bareUrl: '', client, endWaiting };
      const [read] = await reads(setting);
      const ours = read!.contenders[1]!;
      await record('api-read', 'The API, reading one task', platform.api, () => ours.measure());
      const checked = submissions(setting).contenders[1]!;
      await record('api-submit', 'The API, submissions in check mode', platform.api, () => checked.measure());
    } finally {
      await client.stop();
    }
  });
  await onPlatform({ redis: false, workers: 0 }, (platform) =>
    record('events', 'The API, 1,000 events/s to 200 WebSockets', platform.api, () => runOurs(platform)),
  );
  return found;
}

async function onPlatform(
  options: { redis: boolean; workers: number },
  act: (platform: Platform) => Promise<void>,
): Promise<void> {
  const platform = await startPlatform(options);
  try {
    await act(platform);
  } finally {
    await platform.stop();
  }
}
