import { Inspector } from './inspector.js';
import type { Recording } from './summary.js';

const INTERVAL_MICROSECONDS = 500;

/** What a Node process of ours does while something happens: it is not prepared for that, and not started anew. */
export async function recordDuring(pid: number, act: () => Promise<unknown>): Promise<Recording> {
  const inspector = await Inspector.attach(pid);
  try {
    await inspector.call('Profiler.enable');
    await inspector.call('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
    await inspector.call('Profiler.start');
    await act();
    return (await inspector.call<{ profile: Recording }>('Profiler.stop')).profile;
  } finally {
    await inspector.detach();
  }
}
