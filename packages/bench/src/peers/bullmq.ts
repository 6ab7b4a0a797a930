import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pLimit from 'p-limit';
import { execute } from './execute.js';
import { Countdown, GRAPH } from './graph.js';
import { atPace, now, serve, type Tally } from './part.js';
import { GRAPH_SLOTS, SLOTS, TRUE, type PeerTask } from './task.js';

/** A queue for each kind of task, as BullMQ advises; ended jobs are forgotten. */
const KINDS = ['noop', 'commands', 'chain', 'graph', 'paced'] as const satisfies readonly PeerTask['kind'][];
const IN_FLIGHT = 50;
const BULK = 500;
const options = { removeOnComplete: true };

interface Job {
  /** Of a chain: how many are still to come. */
  left?: number;
  /** Of a graph. */
  node?: number;
  command?: string[] | null;
  sentAt?: number;
}

serve({
  client: ({ redisUrl }) => {
    const queues = queuesOf(redisUrl);
    const submit = async (task: PeerTask): Promise<void> => {
      const queue = queues[task.kind];
      switch (task.kind) {
        case 'noop':
        case 'commands':
          return task.kind === 'noop' && task.bulk
            ? addInBulk(queue, task.count)
            : addEach(queue, task.count);
        case 'chain':
          await queue.add('chain', { left: task.count - 1 }, options);
          return;
        case 'graph':
          await queue.addBulk(jobsOf(new Countdown().first, task.command));
          return;
        case 'paced':
          await atPace(task, () => queue.add('paced', { sentAt: now() }, options));
      }
    };
    return Promise.resolve({ submit, settled: () => Promise.resolve(true) });
  },

  worker: async ({ redisUrl }, tally) => {
    const queues = queuesOf(redisUrl);
    const work = workers(queues, tally);
    const all = KINDS.map((kind) => {
      const worker = new Worker<Job>(kind, (job) => work[kind].run(job.data), {
        connection: connect(redisUrl),
        concurrency: kind === 'graph' ? GRAPH_SLOTS : SLOTS,
      });
      worker.on('completed', ({ data }) => work[kind].completed(data));
      worker.on('failed', (_, error) => fail(error));
      worker.on('error', fail);
      return worker;
    });
    await Promise.all(all.map((worker) => worker.waitUntilReady()));
    return {};
  },
});

interface Work {
  run(job: Job): Promise<unknown>;
  completed(job: Job): void;
}

function workers(queues: Record<PeerTask['kind'], Queue<Job>>, tally: Tally): Record<PeerTask['kind'], Work> {
  const nothing = () => Promise.resolve();
  const count = () => tally.one();
  let countdown = new Countdown();
  let ended = 0;
  return {
    noop: { run: nothing, completed: count },
    commands: { run: () => execute(TRUE), completed: count },
    chain: {
      run: async ({ left = 0 }) => {
        if (left > 0) await queues.chain.add('chain', { left: left - 1 }, options);
      },
      completed: count,
    },
    graph: {
      run: ({ command }) => (command ? execute(command) : nothing()),
      completed: ({ node = 0, command = null }) => {
        const ready = countdown.ended(node);
        if (ready.length > 0) queues.graph.addBulk(jobsOf(ready, command)).catch(fail);
        tally.one();
        ended += 1;
        if (ended % GRAPH.length === 0) countdown = new Countdown();
      },
    },
    paced: {
      run: ({ sentAt }) => {
        tally.one(sentAt);
        return nothing();
      },
      completed: () => undefined,
    },
  };
}

function jobsOf(nodes: readonly number[], command: string[] | null) {
  return nodes.map((node) => ({ name: 'graph', data: { node, command }, opts: options }));
}

async function addEach(queue: Queue<Job>, count: number): Promise<void> {
  const limit = pLimit(IN_FLIGHT);
  await Promise.all(Array.from({ length: count }, () => limit(() => queue.add('job', {}, options))));
}

async function addInBulk(queue: Queue<Job>, count: number): Promise<void> {
  for (let done = 0; done < count; done += BULK) {
    const length = Math.min(BULK, count - done);
    await queue.addBulk(Array.from({ length }, () => ({ name: 'job', data: {}, opts: options })));
  }
}

function queuesOf(redisUrl: string): Record<PeerTask['kind'], Queue<Job>> {
  const connection = connect(redisUrl);
  // Safe cast: one entry for each kind.
  return Object.fromEntries(KINDS.map((kind) => [kind, new Queue<Job>(kind, { connection })])) as Record<
    PeerTask['kind'],
    Queue<Job>
  >;
}

function connect(redisUrl: string): Redis {
  return new Redis(redisUrl, { maxRetriesPerRequest: null });
}

function fail(error: Error): never {
  throw error;
}
