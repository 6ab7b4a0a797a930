import { it } from '@jest/globals';
import type { Server } from '../../src/index.js';
import { driverAt, wanted } from './docker-bench.js';
import { realEngine } from './docker-engine.js';
import { scriptsConform } from './docker-scripts.js';
import { PACE } from '../../src/drivers/docker/pace.js';
import { serversConform } from './servers.js';

const engine = await realEngine();
const infra = `conformance-${process.pid}`;

if (engine) {
  const { env, docker } = engine;
  const ours = async () =>
    docker.listContainers({ all: true, filters: { label: [`io.provisioning.infra=${infra}`] } });
  serversConform(
    'docker (a real engine)',
    () =>
      Promise.resolve({
        infra,
        driver: () => Promise.resolve(driverAt(env, { pace: PACE })),
        desired: (name) => wanted(name, { infra }),
        altered: (desired) => ({
          ...desired,
          plan: '0.5xCPU-0.25GB',
          storage_gb: 20,
          labels: { role: 'api' },
        }),
        reality: async () => (await ours()).map(({ Labels }) => Labels['io.provisioning.name'] ?? '').sort(),
        vanish: async ({ id }: Server) => void (await docker.getContainer(id).remove({ force: true })),
        turn: { stopped: async ({ id }: Server) => void (await docker.getContainer(id).stop({ t: 0 })) },
        impossible: null,
        faults: {},
        cancelAfterMs: 60,
        close: () => Promise.resolve(),
      }),
    [],
  );
  scriptsConform('scripts in containers of a real engine', () =>
    Promise.resolve({
      driver: (definitions = '/nonexistent') => driverAt(env, { pace: PACE, definitions }),
      // One `sleep` is the container itself, below its init.
      left: async ({ id }) => {
        const { Processes } = (await docker.getContainer(id).top()) as { Processes: string[][] };
        return Processes.filter((columns) => /sleep 100|bash/.test(columns.at(-1) ?? '')).length;
      },
      close: () => Promise.resolve(),
    }),
  );
} else {
  it.skip('servers and scripts of a real engine: skipped, no Docker engine with debian:bookworm-slim answers here', () => {});
}
