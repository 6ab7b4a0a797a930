import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { driverAt, QUICK, wanted } from './docker-bench.js';
import { scriptsConform } from './docker-scripts.js';
import { FakeDocker, LATE_MS } from './fake-docker.js';

scriptsConform('scripts in containers of a stand-in', async () => {
  const fake = await FakeDocker.start();
  return {
    driver: (definitions = '/nonexistent') => driverAt(fake.env, { definitions }),
    left: async ({ id }) => processesWith(`HOME=${fake.homeOf(id)}`),
    close: () => fake.close(),
  };
});

it('closes the channel of a command that the engine has started too late', async () => {
  const fake = await FakeDocker.start();
  try {
    const driver = driverAt(fake.env);
    const { resource: server } = await driver.resources.server.create(wanted('late'), {
      idempotencyKey: 'late',
    });
    const hasty = driverAt(fake.env, { pace: { ...QUICK, answerMs: LATE_MS / 4 } });
    fake.trouble('POST', /\/exec\/.*\/start/, 'late', Infinity);
    const run = hasty.run!(
      server,
      { text: 'cat', environment: {}, timeoutSeconds: 300 },
      { idempotencyKey: 'run' },
    );
    await expect(run).rejects.toThrow('has not responded');
    await waitFor(() => fake.openChannels === 0);
  } finally {
    await fake.close();
  }
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
