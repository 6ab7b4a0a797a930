import type { DriverSetOptions } from '../drivers/index.js';

/** The configuration of the driver host's process. */
export interface HostConfig extends DriverSetOptions {
  /** The Unix socket on which the executor listens. */
  socketPath: string;
  testDriver: boolean;
  /** The `nickel` program that evaluates settings in place of the built-in evaluator. */
  nickelProgram: string | undefined;
}

/** @throws Error that lists every required variable that is not set */
export function readHostConfig(env: NodeJS.ProcessEnv): HostConfig {
  const socketPath = env['DRIVER_HOST_SOCKET'] ?? '';
  const dataDir = env['PROVISIONING_DATA_DIR'] ?? '';
  const missing = [
    ...(socketPath === ''
      ? ['DRIVER_HOST_SOCKET, the path of the socket on which the executor listens']
      : []),
    ...(dataDir === '' ? ['PROVISIONING_DATA_DIR, the folder for the records of the local driver'] : []),
  ];
  if (missing.length > 0) throw new Error(`Set ${missing.join(', and ')}.`);
  return {
    socketPath,
    dataDir,
    workspace: env['PROVISIONING_WORKSPACE'] || 'workspace',
    env,
    production: env['NODE_ENV'] === 'production',
    testDriver: env['PROVISIONING_TEST_DRIVER'] === '1',
    nickelProgram: env['PROVISIONING_NICKEL'] || undefined,
  };
}
