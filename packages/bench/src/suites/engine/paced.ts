import { percentile, type Work } from '../../compare.js';
import type { PeerName } from '../../peers/peer.js';
import { SLOTS } from '../../peers/task.js';
import { inOrder } from './in-order.js';
import type { EngineSetting } from './setting.js';

const PER_SECOND = 20;
const SECONDS = 5;
const PEERS: readonly PeerName[] = ['graphile-worker', 'pg-boss', 'dbos'];

/** How soon work starts on an engine with little load. */
export function paced(setting: EngineSetting): Work {
  const pace = { count: PER_SECOND * SECONDS, perSecond: PER_SECOND };
  const task = { kind: 'paced', ...pace } as const;
  const median = (waits: readonly number[]) => percentile(waits, 0.5);
  return {
    id: 'submit-to-start',
    title: `From submitting to the start, ${PER_SECOND} a second (median)`,
    unit: 'ms',
    better: 'less',
    contenders: inOrder([
      ...setting.contenders(['bullmq'], task, ({ waits }) => median(waits)),
      ...setting.ours.map((ours) => ({
        name: ours.name,
        measure: async () => median(await ours.startDelays(SLOTS, pace)),
      })),
      ...setting.contenders(PEERS, task, ({ waits }) => median(waits)),
    ]),
    absent: setting.absent(PEERS),
    bars: setting.ours.map(({ name }) => ({
      of: name,
      against: setting.nameOf('graphile-worker'),
      atMost: 1,
    })),
    notes: [
      `${SECONDS} seconds a round. Ours: POST /workflows/servers/create, from sending the request to the start that Postgres holds, so HTTP, policies and the idle worker’s wake-up are in it. Peers: from the call in one process to the handler in another.`,
    ],
  };
}
