import type { LoadClient } from './client.js';

/** What the clients of a run need. */
export interface Scenario {
  seconds: number;
  clients: number;
  /** Whether this run started the platform: only then work is really done. */
  ours: boolean;
}

interface Known {
  tasks: string[];
  batches: string[];
}

type Act = (client: LoadClient, known: Known, number: number) => Promise<void>;

const KEPT = 500;

/** What clients do, and how often: mostly they read. */
function acts(ours: boolean): [weight: number, act: Act][] {
  return [
    [
      5,
      async (client, known, number) => {
        // Separate infras: workflows of one infra wait for each other.
        const body = { infra: `load-${number % 1_000}`, settings: 'config.ncl', check_mode: !ours };
        keep(known.tasks, await client.send('submit workflow', 'POST', '/workflows/servers/create', body));
      },
    ],
    [
      ours ? 1 : 0,
      async (client, known, number) => {
        const data = await client.send('submit batch', 'POST', '/batch/execute', batch(number));
        // Safe cast: a value without that member yields undefined.
        keep(known.batches, (data as { batch_id?: string } | undefined)?.batch_id);
      },
    ],
    [12, (client, { tasks }) => withOne(tasks, (id) => client.send('read task', 'GET', `/tasks/${id}`))],
    [
      2,
      (client, { tasks }) =>
        withOne(tasks, (id) => client.send('read progress', 'GET', `/state/workflows/${id}/progress`)),
    ],
    [
      2,
      (client, { batches }) =>
        withOne(batches, (id) => client.send('read batch', 'GET', `/batch/operations/${id}`)),
    ],
    [4, async (client) => void (await client.send('list tasks', 'GET', '/tasks?limit=50'))],
    [
      2,
      async (client) =>
        void (await client.send('list tasks by status', 'GET', '/tasks?status=Completed&limit=20&offset=20')),
    ],
    [1, async (client) => void (await client.send('list batches', 'GET', '/batch/operations?limit=20'))],
    [1, async (client) => void (await client.send('statistics', 'GET', '/state/statistics'))],
  ];
}

/** Each client sends its next request after the answer to the last one. */
export async function runScenario(client: LoadClient, { seconds, clients, ours }: Scenario): Promise<void> {
  const known: Known = { tasks: [], batches: [] };
  const choices = acts(ours).flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
  const until = performance.now() + seconds * 1000;
  let number = 0;
  const one = async () => {
    while (performance.now() < until) {
      number += 1;
      // Until something was submitted there is nothing to read.
      const act =
        known.tasks.length === 0 ? choices[0]! : choices[Math.floor(Math.random() * choices.length)]!;
      await act(client, known, number);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
}

function batch(number: number) {
  const operation = (id: string, dependencies: string[]) => ({
    id,
    type: 'server_batch',
    provider: 'noop',
    dependencies,
    infra: `load-batch-${number}`,
    server_configs: [{ name: id, plan: 'small', zone: 'here' }],
  });
  return {
    name: 'load',
    parallel_limit: 5,
    operations: [
      operation('a', []),
      operation('b', ['a']),
      operation('c', ['a']),
      operation('d', ['b', 'c']),
    ],
  };
}

function keep(list: string[], id: unknown): void {
  if (typeof id !== 'string') return;
  list.push(id);
  if (list.length > KEPT) list.shift();
}

async function withOne(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
  const id = ids[Math.floor(Math.random() * ids.length)];
  if (id !== undefined) await act(id);
}
