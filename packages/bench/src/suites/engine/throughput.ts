import type { Work } from '../../compare.js';
import type { PeerName } from '../../peers/peer.js';
import { SLOTS } from '../../peers/task.js';
import type { Operation } from './ours.js';
import { runXargs, versionOf } from './programs.js';
import { ProcessorSamples } from './processor-samples.js';
import { inOrder } from './in-order.js';
import type { EngineSetting } from './setting.js';

const OPERATIONS = 2_000;
const DURABLE: readonly PeerName[] = ['graphile-worker', 'pg-boss', 'dbos', 'openworkflow'];
const SPAWNING: readonly PeerName[] = ['graphile-worker', 'pg-boss', 'dbos'];

const perSecond = ({ ms }: { ms: number }) => (OPERATIONS * 1000) / ms;

/** What the engine itself costs: in time, in processor time, and in which process. */
export function noops(setting: EngineSetting): Work[] {
  const operations = Array.from({ length: OPERATIONS }, (_, index): Operation => ({
    id: `op-${index}`,
    type: 'server_batch',
    provider: 'noop',
    infra: 'default',
    server_configs: [{ name: `server-${index}`, plan: 'small', zone: 'z' }],
  }));
  const task = { kind: 'noop', count: OPERATIONS } as const;
  const bare = setting.nameOf('bullmq');
  const sameRows = ', two events and a result for each job';
  const rows = `${setting.nameOf('graphile-worker')}${sameRows}`;
  const processor = new ProcessorSamples(OPERATIONS);
  const throughput: Work = {
    id: 'noop',
    title: `${OPERATIONS.toLocaleString('en-US')} operations of a driver that does nothing, in the driver host: submit to durably completed`,
    unit: 'operations/s',
    better: 'more',
    contenders: inOrder([
      ...setting.contenders(['bullmq'], task, perSecond, { around: processor }),
      ...setting.contenders(['bullmq'], { ...task, bulk: true }, perSecond, {
        label: ', addBulk',
        around: processor,
      }),
      ...setting.ours.map((ours) => ({
        name: ours.name,
        measure: async () => {
          const read = () => ours.processorTimes(SLOTS);
          const batch = () => ours.runBatch(SLOTS, operations);
          return perSecond({
            ms: await processor.around(ours.name, read, batch, () => ours.untilAudited(SLOTS)),
          });
        },
      })),
      ...setting.contenders(['graphile-worker'], { ...task, rows: true }, perSecond, {
        label: sameRows,
        around: processor,
      }),
      ...setting.contenders(DURABLE, task, perSecond, { around: processor }),
    ]),
    absent: setting.absent(DURABLE),
    bars: setting.ours.flatMap(({ name }) => [
      { of: name, against: bare, atLeast: 0.6 },
      { of: name, against: setting.nameOf('graphile-worker'), atLeast: 0.6 },
      { of: name, against: rows, atLeast: 1.5 },
      { of: name, against: setting.nameOf('pg-boss'), atLeast: 1 },
    ]),
    notes: [
      `Ours: one batch in one request, ${SLOTS} slots; the first round makes the servers, the others find them there. Journal, events, audit and logs are on.`,
      `Peers: ${SLOTS} at once in a worker process, submitted by another process, in bulk where they have that (graphile-worker addJobs, pg-boss insert), else 50 under way at once.`,
      'BullMQ keeps its jobs in Redis, which writes its file every second; the others, as we do, in Postgres with fsync.',
      'graphile-worker with two events and a result writes what its users need to answer what ours answers: what ran when, and with which result.',
    ],
  };
  const names = throughput.contenders.map(({ name }) => name);
  return [
    throughput,
    processor.total(names),
    ...setting.ours.map((ours) => processor.parts(ours.name, ours.redis)),
  ];
}

/** The same with a process for each operation, and the pauses of the event loops that spawn. */
export function commands(setting: EngineSetting): Work[] {
  const operations = Array.from({ length: OPERATIONS }, (_, index): Operation => ({
    id: `op-${index}`,
    type: 'command_batch',
    commands: ['true'],
  }));
  const task = { kind: 'commands', count: OPERATIONS } as const;
  const spawning = { label: ', spawning itself' };
  const bullmq = `${setting.nameOf('bullmq')}${spawning.label}`;
  const peers = SPAWNING.map((name) => setting.nameOf(name));
  const xargs = versionOf('xargs');
  const stalls = new Map(
    // Safe cast: an empty list.
    [bullmq, ...setting.ours.map(({ name }) => name)].map((name) => [name, [] as number[]]),
  );
  const stallOf = (name: string) => stalls.get(name)!;
  const works: Work[] = [
    {
      id: 'commands',
      title: `${OPERATIONS.toLocaleString('en-US')} operations that run /bin/true, output kept`,
      unit: 'operations/s',
      better: 'more',
      contenders: inOrder([
        {
          name: 'Node.js spawning in two small processes, no store',
          measure: async () => perSecond({ ms: await setting.helpers.run(OPERATIONS) }),
        },
        ...setting.contenders(['bullmq'], task, perSecond, {
          ...spawning,
          heard: ({ stallMs }) => stallOf(bullmq).push(stallMs),
        }),
        ...setting.ours.map((ours) => ({
          name: ours.name,
          measure: async () => {
            await ours.stallMs(SLOTS);
            const ms = await ours.runBatch(SLOTS, operations);
            stallOf(ours.name).push(await ours.stallMs(SLOTS));
            return perSecond({ ms });
          },
        })),
        ...setting.contenders(SPAWNING, task, perSecond),
        ...(xargs
          ? [{ name: `xargs -P${SLOTS}`, measure: async () => perSecond({ ms: await runXargs(OPERATIONS) }) }]
          : []),
      ]),
      absent: [
        ...setting.absent(SPAWNING),
        ...(xargs ? [] : [{ contender: `xargs -P${SLOTS}`, why: 'xargs is not on PATH' }]),
      ],
      bars: setting.ours.flatMap(({ name }) => [
        { of: name, against: bullmq, atLeast: 1.3 },
        { of: name, bestOf: peers, atLeast: 1.5 },
      ]),
      notes: [
        `Each of ours is a command_batch in its own process group, started and watched by a spawner, its output in a file that is read back; ${SLOTS} slots. Peers pipe the output into their worker; DBOS in a step.`,
      ],
    },
    {
      id: 'stalls',
      title: 'Longest pause of the worker’s event loop in those runs',
      unit: 'ms',
      better: 'less',
      contenders: inOrder(
        [...stalls].map(([name, measured]) => ({
          name,
          measure: () => Promise.resolve(measured.shift()!),
        })),
      ),
      bars: setting.ours.map(({ name }) => ({ of: name, atMost: 50 })),
    },
  ];
  return works;
}
