import { Inspector } from './inspector.js';
import type { Recording } from './summary.js';

const INTERVAL_MICROSECONDS = 500;

/** Records what a Node process of the platform does. It needs no preparation and no restart. */
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
