import type { Work } from '../../compare.js';
import { request } from '../../setting/request.js';
import type { Platform } from '../../setting/platform.js';

const IDLE_PROBES = 100;

interface LongBody {
  name: string;
  batch: object;
  /** The expected status. */
  status: number;
}

/** A chain: each operation depends on the one before it. */
const chain = (length: number) =>
  Array.from({ length }, (_, index) => ({
    id: `o${index}`,
    type: 'server_batch',
    provider: 'noop',
    infra: `long-${index % 50}`,
    dependencies: index === 0 ? [] : [`o${index - 1}`],
    server_configs: [{ name: `web-${index}`, plan: 'small', zone: 'a', labels: { text: 'x'.repeat(200) } }],
  }));

/** Every second operation uses the servers of the one before it. */
const crossed = (length: number) =>
  chain(length).map((operation, index) =>
    index % 2 === 0
      ? { ...operation, dependencies: [] }
      : {
          id: operation.id,
          type: 'taskserv_batch',
          provider: 'noop',
          infra: operation.infra,
          taskservs: ['kubernetes'],
          dependencies: [`o${index - 1}`],
        },
  );

const BODIES: LongBody[] = [
  { name: 'a chain of 10,000 operations', batch: { name: 'chain', operations: chain(10_000) }, status: 200 },
  { name: '10,000 with task services', batch: { name: 'crossed', operations: crossed(10_000) }, status: 200 },
  { name: '100,000 operations, refused', batch: { name: 'many', operations: many(100_000) }, status: 422 },
];

function many(length: number): object[] {
  return Array.from({ length }, (_, index) => ({ id: `o${index}`, type: 'x', provider: 'noop', infra: 'a' }));
}

/** The effect of a long body on others: the slowest /health while it is processed. */
export function healthUnderLongBodies(
  { orchestratorUrl: url, token }: Platform,
  after: () => Promise<unknown>,
): Work {
  const probe = async () => {
    const start = performance.now();
    await request(url, 'GET', '/health');
    return performance.now() - start;
  };
  const longestWhile = async (isOver: (probes: number) => boolean) => {
    let longest = 0;
    for (let probes = 0; !isOver(probes); probes++) longest = Math.max(longest, await probe());
    return longest;
  };
  return {
    id: 'health-under-long-bodies',
    title: '/health while a long batch is submitted (the longest)',
    unit: 'ms',
    better: 'less',
    contenders: [
      { name: 'nothing else', measure: () => longestWhile((probes) => probes === IDLE_PROBES) },
      ...BODIES.map(({ name, batch, status }) => ({
        name,
        measure: async () => {
          let over = false;
          const submitted = request(url, 'POST', '/batch/execute', batch, token).finally(() => (over = true));
          const longest = await longestWhile(() => over);
          const answer = await submitted;
          if (answer.status !== status)
            throw new Error(`${name} was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
          await after();
          return longest;
        },
      })),
    ],
  };
}
