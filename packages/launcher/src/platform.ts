import { join } from 'node:path';
import { internalSocketPath } from '@provisioning/runtime';
import type { LauncherConfig } from './config.js';
import type { NodeSpec } from './processes/node-service.js';

/** Addresses, once ports and databases are known. */
export interface Addresses {
  databaseUrl: string;
  redisUrl: string | undefined;
  ports: {
    orchestrator: number;
    controlCenter: number;
    /** Undefined: internal routes are served on a local socket. */
    internal: number | undefined;
  };
}

/** The processes of the platform, as data. */
export interface Platform {
  /** Each runs to its end before any process serves. */
  migrations: NodeSpec[];
  /** Started group after group, ended in reverse order. */
  groups: NodeSpec[][];
}

// Together with the databases they fit into the 15 seconds that a stop may take.
const WORKER_STOP_MS = 7_000;
const ORCHESTRATOR_STOP_MS = 2_000;
const CONTROL_CENTER_STOP_MS = 1_500;

/** Returns the processes of the platform, with their environments. */
export function platform(config: LauncherConfig, addresses: Addresses): Platform {
  const { ports, databaseUrl, redisUrl } = addresses;
  const environment = { ...config.environment, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const internalPort = ports.internal;
  const spec = (
    name: string,
    script: string,
    stopWithinMs: number,
    env: NodeJS.ProcessEnv = {},
  ): NodeSpec => ({
    name,
    script: join(config.repository, 'services', script),
    env: withoutAbsent({ ...environment, ...env }),
    stopWithinMs,
  });
  return {
    migrations: [
      spec('control-center-migrations', 'control-center/dist/src/migrate.js', 0),
      spec('orchestrator-migrations', 'orchestrator/dist/src/migrate.js', 0),
    ],
    groups: [
      [
        spec('control-center', 'control-center/dist/src/api.js', CONTROL_CENTER_STOP_MS, {
          CONTROL_CENTER_PORT: String(ports.controlCenter),
          INTERNAL_PORT: internalPort === undefined ? undefined : String(internalPort),
        }),
      ],
      [
        spec('orchestrator', 'orchestrator/dist/src/api.js', ORCHESTRATOR_STOP_MS, {
          ORCHESTRATOR_PORT: String(ports.orchestrator),
          CONTROL_CENTER_URL: httpUrl(config.host, ports.controlCenter),
          CONTROL_CENTER_INTERNAL_URL:
            internalPort === undefined
              ? `unix:${internalSocketPath(ports.controlCenter)}`
              : httpUrl(config.internal.host, internalPort),
        }),
      ],
      Array.from({ length: config.workers }, (_, slot) =>
        spec(
          config.workers === 1 ? 'worker' : `worker-${slot}`,
          'orchestrator/dist/src/worker.js',
          WORKER_STOP_MS,
          {
            CONTROL_CENTER_URL: httpUrl(config.host, ports.controlCenter),
            WORKER_SLOT: String(slot),
            WORKER_PORT: '0',
          },
        ),
      ),
    ],
  };
}

/** A URL that reaches a server that listens on `host`. */
export function httpUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function withoutAbsent(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
