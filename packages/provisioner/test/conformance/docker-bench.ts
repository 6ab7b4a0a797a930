import { Definitions } from '../../src/definitions/index.js';
import { dockerConfigFrom } from '../../src/drivers/docker/config.js';
import { createDockerDriver } from '../../src/drivers/docker/docker-driver.js';
import { PACE, type Pace } from '../../src/drivers/docker/pace.js';
import type { DesiredServer, Driver } from '../../src/index.js';

/** The intervals of an engine, shortened. */
export const QUICK: Pace = { ...PACE, answerMs: 2_000, attempts: 4, backoffMs: 5 };

export function driverAt(
  env: Record<string, string>,
  { pace = QUICK, definitions = '/nonexistent' } = {},
): Driver {
  return createDockerDriver(
    dockerConfigFrom(env),
    { definitions: new Definitions(definitions), install: {} },
    pace,
  );
}

export function wanted(name: string, more: Partial<DesiredServer> = {}): DesiredServer {
  return {
    infra: 'production',
    name,
    plan: '1xCPU-1 GB',
    zone: 'here',
    provider: 'docker',
    image: null,
    labels: { role: 'web', note: 'ä "quoted"\nline' },
    storage_gb: 10,
    ...more,
  };
}
