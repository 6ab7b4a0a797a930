import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@provisioning/test-kit';
import { createLocalDriver, type DesiredServer } from '../../src/index.js';
import type { Bench } from './bench.js';
import { serversConform } from './servers.js';

serversConform('local', openBench, []);

async function openBench(): Promise<Bench> {
  const folder = await temporaryFolder('local');
  const infra = 'production';
  const servers = join(folder.path, 'local', infra, 'servers');
  return {
    infra,
    driver: () => Promise.resolve(createLocalDriver(folder.path)),
    desired: (name): DesiredServer => ({
      ...{ infra, name, plan: '1xCPU-1GB', zone: 'de-fra1', provider: 'local', image: null },
      ...{ labels: { role: 'web' }, storage_gb: 10 },
    }),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4GB', labels: { role: 'api' } }),
    reality: async () => (await readdir(servers).catch(() => [])).sort(),
    vanish: ({ name }) => rm(join(servers, name), { recursive: true }),
    faults: {},
    cancelAfterMs: 1,
    close: () => folder.remove(),
  };
}
