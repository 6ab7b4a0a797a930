import { codeOf } from '@provisioning/errors';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import { DriverError } from '../driver.js';
import type { Environment, Variable } from '../plugin.js';
import { serversAtOnceFrom, serversAtOnceVariable } from '../servers-at-once.js';

/** The Docker engine, and the settings of the containers that are made there. */
export interface DockerConfig {
  /** The engine's address as it was configured, for messages. */
  address: string;
  connection: DockerOptions;
  /** Null for the engine's default network. */
  network: string | null;
  /** The image of servers that name none. */
  defaultImage: string;
  /** See {@link Driver.serversAtOnce}. */
  serversAtOnce: number;
}

const AT_ONCE = 'PROVISIONING_DOCKER_SERVERS_AT_ONCE';
const DEFAULT_IMAGE = 'debian:bookworm-slim';

/** The environment variables of the docker driver. */
export const DOCKER_VARIABLES: readonly Variable[] = [
  {
    name: 'DOCKER_HOST',
    secret: false,
    description: 'The engine: unix:///var/run/docker.sock, or tcp://<host>:<port>.',
  },
  { name: 'DOCKER_TLS_VERIFY', secret: false, description: 'If not empty, tcp:// connections use TLS.' },
  {
    name: 'DOCKER_CERT_PATH',
    secret: false,
    description: 'Folder with ca.pem, cert.pem and key.pem, for TLS.',
  },
  {
    name: 'PROVISIONING_DOCKER_NETWORK',
    secret: false,
    description: 'The network of the containers; default: that of the engine.',
  },
  {
    name: 'PROVISIONING_DOCKER_IMAGE',
    secret: false,
    description: `The image of servers without an image; default: ${DEFAULT_IMAGE}.`,
  },
  serversAtOnceVariable(AT_ONCE),
];

/** @throws DriverError that names the variable */
export function dockerConfigFrom(env: Environment): DockerConfig {
  const address = env['DOCKER_HOST'] ?? '';
  return {
    address,
    connection: connectionTo(address, env),
    network: env['PROVISIONING_DOCKER_NETWORK'] || null,
    defaultImage: env['PROVISIONING_DOCKER_IMAGE'] || DEFAULT_IMAGE,
    serversAtOnce: serversAtOnceFrom(env, AT_ONCE),
  };
}

function connectionTo(address: string, env: Environment): DockerOptions {
  if (address.startsWith('unix:///')) return { socketPath: address.slice('unix://'.length) };
  const { protocol, hostname: host, port } = URL.canParse(address) ? new URL(address) : new URL('none:');
  if (protocol !== 'tcp:' || !host) {
    throw wrong('DOCKER_HOST must be unix://<path of the socket> or tcp://<host>:<port>');
  }
  if (!env['DOCKER_TLS_VERIFY']) return { protocol: 'http', host, port: port || 2375 };
  const folder = env['DOCKER_CERT_PATH'];
  if (!folder)
    throw wrong('DOCKER_TLS_VERIFY requires DOCKER_CERT_PATH, the folder with ca.pem, cert.pem and key.pem');
  const file = (name: string) => {
    try {
      return readFileSync(join(folder, name));
    } catch (error) {
      throw wrong(`DOCKER_CERT_PATH: ${name} cannot be read (${codeOf(error)})`);
    }
  };
  return {
    protocol: 'https',
    host,
    port: port || 2376,
    ca: file('ca.pem'),
    cert: file('cert.pem'),
    key: file('key.pem'),
  };
}

function wrong(what: string): DriverError {
  return new DriverError(`${what}.`, { permanent: true });
}
