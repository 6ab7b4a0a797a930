import type { Bench } from './bench.js';
import { driverAt, QUICK, wanted } from './docker-bench.js';
import { FakeDocker } from './fake-docker.js';
import { serversConform } from './servers.js';

serversConform('docker', openBench, ['lost answer', 'throttled', 'silence']);

async function openBench(): Promise<Bench> {
  const fake = await FakeDocker.start();
  return {
    infra: 'production',
    driver: () => Promise.resolve(driverAt(fake.env, { pace: { ...QUICK, answerMs: 500 } })),
    desired: (name) => wanted(name),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4GB', storage_gb: 20, labels: { role: 'api' } }),
    reality: async () =>
      fake.containers.map(({ Config }) => Config.Labels['io.provisioning.name'] ?? '').sort(),
    vanish: async ({ id }) => fake.vanish(id),
    turn: {
      stopped: async ({ id }) => fake.turn(id, 'exited'),
      error: async ({ id }) => fake.turn(id, 'dead'),
    },
    impossible: null,
    faults: {
      'lost answer': async () => {
        fake.trouble('POST', /create$/, 'cut after');
        fake.trouble('DELETE', /containers/, 'cut after');
      },
      throttled: async () => {
        fake.trouble('GET', /containers/, { status: 503 });
        fake.trouble('POST', /create$/, { status: 503 });
        fake.trouble('DELETE', /containers/, { status: 503 });
      },
      silence: async () => fake.trouble('POST', /create$/, 'silence', QUICK.attempts),
    },
    cancelAfterMs: 3,
    close: () => fake.close(),
  };
}
