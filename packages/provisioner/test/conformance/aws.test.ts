import { driverFor, QUICK, wanted } from './aws-bench.js';
import type { Bench } from './bench.js';
import { FakeEc2 } from './fake-ec2.js';
import { serversConform } from './servers.js';

serversConform('aws', openBench, ['lost answer', 'throttled', 'not yet visible', 'silence']);

async function openBench(): Promise<Bench> {
  const fake = await FakeEc2.start();
  const region = fake.region();
  return {
    infra: 'production',
    driver: () => Promise.resolve(driverFor(fake, { pace: { answerMs: 300 } })),
    desired: (name) => wanted(name, { storage_gb: 20 }),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4GB', storage_gb: 30, labels: { tier: 'api' } }),
    reality: async () =>
      region
        .living()
        .map(({ tags }) => tags.get('provisioning:name') ?? '')
        .sort(),
    vanish: async ({ id }) => region.instances.find((one) => one.id === id)?.turn('terminated'),
    turn: {
      stopped: async ({ id }) => region.instances.find((one) => one.id === id)?.turn('stopped'),
    },
    impossible: {
      desired: (name) => wanted(name, { image: 'no-such-image' }),
      because: 'no image "no-such-image"',
    },
    faults: {
      'lost answer': async () =>
        fake.trouble({ action: /^(Run|Terminate)/, times: QUICK.attempts, how: 'cut after' }),
      throttled: async () => {
        fake.trouble({ how: { status: 503, code: 'RequestLimitExceeded' } });
        fake.trouble({ action: /^Run/, how: { status: 503, code: 'RequestLimitExceeded' } });
      },
      'not yet visible': async () => void (region.hideFor = 3),
      silence: async () => fake.trouble({ times: QUICK.attempts, how: 'silence' }),
    },
    cancelAfterMs: 40,
    close: () => fake.close(),
  };
}
