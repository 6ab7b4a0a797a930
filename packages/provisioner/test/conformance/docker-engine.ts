import { createConnection } from 'node:net';
import Docker from 'dockerode';
import type { DockerConfig } from '../../src/drivers/docker/config.js';
import { dockerConfigFrom } from '../../src/drivers/docker/config.js';

const DEFAULT = 'unix:///var/run/docker.sock';
const IMAGE = 'debian:bookworm-slim';

/** A real engine of this machine that has the default image; null if there is none. */
export async function realEngine(): Promise<{
  env: Record<string, string>;
  config: DockerConfig;
  docker: Docker;
} | null> {
  const env = { DOCKER_HOST: process.env['DOCKER_HOST'] || DEFAULT };
  if (env.DOCKER_HOST === DEFAULT && !(await answers('/var/run/docker.sock'))) return null;
  try {
    const config = dockerConfigFrom(env);
    const docker = new Docker(config.connection);
    await docker.getImage(IMAGE).inspect();
    return { env, config, docker };
  } catch {
    return null;
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
