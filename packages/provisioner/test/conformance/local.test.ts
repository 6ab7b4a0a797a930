import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
      infra,
      name,
      plan: '1xCPU-1GB',
      zone: 'de-fra1',
      provider: 'local',
      image: null,
      labels: { role: 'web' },
      storage_gb: 10,
    }),
    altered: (desired) => ({ ...desired, plan: '2xCPU-4GB', labels: { role: 'api' } }),
    reality: async () => (await readdir(servers).catch(() => [])).sort(),
    vanish: ({ name }) => rm(join(servers, name), { recursive: true }),
    turn: {
      stopped: ({ name }) => turn(join(servers, name, 'server.json'), 'stopped'),
      error: ({ name }) => turn(join(servers, name, 'server.json'), 'error'),
    },
    impossible: null,
    faults: {},
    cancelAfterMs: 1,
    close: () => folder.remove(),
  };
}

/** Edits the record as a user would. */
async function turn(path: string, state: string): Promise<void> {
  const record = JSON.parse(await readFile(path, 'utf8')) as { server: object };
  await writeFile(path, JSON.stringify({ ...record, server: { ...record.server, state } }));
}
