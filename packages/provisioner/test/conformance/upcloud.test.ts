import type { Server } from '../../src/index.js';
import type { Bench } from './bench.js';
import { FakeUpcloud } from './fake-upcloud.js';
import { serversConform } from './servers.js';
import { driverFor, QUICK, wanted } from './upcloud-bench.js';

serversConform('upcloud', openBench, ['lost answer', 'throttled', 'not yet visible', 'silence']);

async function openBench(): Promise<Bench> {
  const fake = await FakeUpcloud.start();
  const { account } = fake;
  const turn =
    (state: 'stopped' | 'error') =>
    async ({ id }: Server): Promise<void> => {
      const server = account.servers.find(({ uuid }) => uuid === id);
      if (server) server.state = state;
    };
  return {
    infra: 'production',
    driver: () => Promise.resolve(driverFor(fake, { pace: { answerMs: 500 } })),
    desired: (name) => wanted(name, { storage_gb: 50 }),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4 GB', storage_gb: 80, labels: { role: 'api' } }),
    reality: async () => account.servers.map(({ hostname }) => hostname).sort(),
    vanish: async ({ id }) => account.vanish(id),
    turn: { stopped: turn('stopped'), error: turn('error') },
    impossible: {
      desired: (name) => wanted(name, { image: 'no-such-image' }),
      because: 'no image no-such-image',
    },
    faults: {
      'lost answer': async () => fake.trouble({ method: 'POST', how: 'cut after' }),
      throttled: async () => {
        fake.trouble({ how: { status: 429, headers: { 'Retry-After': '0' } } });
        fake.trouble({ method: 'POST', how: { status: 429 } });
      },
      'not yet visible': async () => void (account.hideFor = 3),
      silence: async () => fake.trouble({ times: QUICK.attempts, how: 'silence' }),
    },
    cancelAfterMs: 15,
    close: () => fake.close(),
  };
}
