import { readdirSync, readFileSync } from 'node:fs';
import { driverAt } from './docker-bench.js';
import { scriptsConform } from './docker-scripts.js';
import { FakeDocker } from './fake-docker.js';

scriptsConform('scripts in containers of a stand-in', async () => {
  const fake = await FakeDocker.start();
  return {
    driver: (definitions = '/nonexistent') => driverAt(fake.env, { definitions }),
    left: async ({ id }) => processesWith(`HOME=${fake.homeOf(id)}`),
    close: () => fake.close(),
  };
});

function processesWith(variable: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
    } catch {
      return false;
    }
  }).length;
}
