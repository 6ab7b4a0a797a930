import type { DriverPlugin } from '../plugin.js';
import { DOCKER_VARIABLES, dockerConfigFrom } from './config.js';

/** Servers that are containers of a Docker engine. */
export const dockerPlugin: DriverPlugin = {
  provider: 'docker',
  variables: DOCKER_VARIABLES,
  required: [['DOCKER_HOST']],
  create: async (env, services) => {
    const config = dockerConfigFrom(env);
    const { createDockerDriver } = await import('./docker-driver.js');
    return createDockerDriver(config, services);
  },
};
