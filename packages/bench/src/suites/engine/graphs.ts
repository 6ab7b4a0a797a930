import type { Work } from '../../compare.js';
import { GRAPH } from '../../peers/graph.js';
import type { PeerName } from '../../peers/peer.js';
import { GRAPH_SLOTS, SLOTS, TRUE } from '../../peers/task.js';
import type { Operation } from './ours.js';
import { runNinja, versionOf } from './programs.js';
import { inOrder } from './in-order.js';
import type { EngineSetting } from './setting.js';

const HOPS = 200;
const SLEEP = ['/bin/sleep', '0.05'];
const STEPS: readonly PeerName[] = ['openworkflow', 'dbos'];

const noop = (index: number) => ({
  id: `op-${index}`,
  type: 'server_batch' as const,
  provider: 'noop' as const,
  infra: 'default',
  server_configs: [{ name: `server-${index}`, plan: 'small', zone: 'z' }],
});

/** A chain: the whole cost of a hop. */
export function chain(setting: EngineSetting): Work {
  const perHop = ({ ms }: { ms: number }) => ms / HOPS;
  const durable: readonly PeerName[] = ['openworkflow', 'graphile-worker', 'dbos'];
  const operations = Array.from({ length: HOPS }, (_, index): Operation => ({
    ...noop(index),
    ...(index > 0 && { dependencies: [`op-${index - 1}`] }),
  }));
  const task = { kind: 'chain', count: HOPS } as const;
  return {
    id: 'chain',
    title: `A chain of ${HOPS} operations that do nothing`,
    unit: 'ms a hop',
    better: 'less',
    contenders: inOrder([
      ...setting.contenders(['bullmq'], task, perHop),
      ...setting.ours.map((ours) => ({
        name: ours.name,
        measure: async () => perHop({ ms: await ours.runBatch(SLOTS, operations) }),
      })),
      ...setting.contenders(durable, task, perHop),
    ]),
    absent: setting.absent(durable),
    bars: setting.ours.flatMap(({ name }) => [
      { of: name, against: setting.nameOf('bullmq'), atMost: 1 },
      { of: name, bestOf: durable.map((peer) => setting.nameOf(peer)), atMost: 0.5 },
    ]),
    notes: [
      'BullMQ and graphile-worker: each job adds the next. openworkflow and DBOS: the steps of one workflow.',
    ],
  };
}

/** Graphs of many dependencies: without commands, with a command, and with a slow command. */
export function graphs(setting: EngineSetting): Work[] {
  const [layers, sleepTitle] = ['10 × 50 operations, 3 parents each, 20 at once', 'that sleep 50 ms'];
  const milliseconds = ({ ms }: { ms: number }) => ms;
  const operations = (one: (index: number) => Operation) =>
    GRAPH.map((parents, index): Operation => ({
      ...one(index),
      ...(parents.length > 0 && { dependencies: parents.map((parent) => `op-${parent}`) }),
    }));
  const oursWith = (list: readonly Operation[]) =>
    setting.ours.map((ours) => ({
      name: ours.name,
      measure: () => ours.runBatch(GRAPH_SLOTS, list, GRAPH_SLOTS),
    }));
  const running = (command: string) =>
    operations((index) => ({ id: `op-${index}`, type: 'command_batch', commands: [command] }));
  const bullmq = setting.nameOf('bullmq');
  const version = versionOf('ninja');
  const ninja = version ? `ninja ${version} -j${GRAPH_SLOTS}` : 'ninja';
  const ninjaWith = (command: readonly string[]) =>
    version ? [{ name: ninja, measure: () => runNinja(command) }] : [];
  const noNinja = version ? [] : [{ contender: ninja, why: 'it is not on PATH (Debian: ninja-build)' }];
  return [
    {
      id: 'graph-noop',
      title: `${layers}: nothing to do`,
      unit: 'ms',
      better: 'less',
      contenders: inOrder([
        ...setting.contenders(['bullmq'], { kind: 'graph', command: null }, milliseconds),
        ...oursWith(operations(noop)),
        ...setting.contenders(STEPS, { kind: 'graph', command: null }, milliseconds),
      ]),
      bars: setting.ours.map(({ name }) => ({ of: name, against: bullmq, atMost: 1 })),
      notes: [
        'BullMQ: counters in the memory of its worker, nothing of the graph is stored. openworkflow and DBOS: the steps of one workflow, started as they become ready.',
      ],
    },
    {
      id: 'graph-commands',
      title: `${layers}: /bin/true`,
      unit: 'ms',
      better: 'less',
      contenders: inOrder([
        ...ninjaWith(TRUE),
        ...setting.contenders(['bullmq'], { kind: 'graph', command: TRUE }, milliseconds),
        ...oursWith(running('true')),
        ...setting.contenders(['dbos'], { kind: 'graph', command: TRUE }, milliseconds),
      ]),
      absent: noNinja,
      bars: setting.ours.map(({ name }) => ({ of: name, against: ninja, atMost: 1.8 })),
    },
    {
      id: 'graph-sleeps',
      title: `${layers}, ${sleepTitle}`,
      unit: 'ms',
      better: 'less',
      contenders: inOrder([
        ...ninjaWith(SLEEP),
        ...setting.contenders(['bullmq'], { kind: 'graph', command: SLEEP }, milliseconds),
        ...oursWith(running('sleep 0.05')),
        ...setting.contenders(['dbos'], { kind: 'graph', command: SLEEP }, milliseconds),
      ]),
      absent: noNinja,
      bars: setting.ours.map(({ name }) => ({ of: name, against: ninja, atMost: 1.12 })),
      notes: ['At least 1,250 ms: 500 times 50 ms, 20 at once.'],
    },
  ];
}
