export interface HostConfig {
  /** The Unix socket on which the executor listens. */
  socketPath: string;
  dataDir: string;
  production: boolean;
  testDriver: boolean;
}

/** @throws Error that names every variable that is missing */
export function readHostConfig(env: NodeJS.ProcessEnv): HostConfig {
  const socketPath = env['DRIVER_HOST_SOCKET'] ?? '';
  const dataDir = env['PROVISIONING_DATA_DIR'] ?? '';
  const missing = [
    ...(socketPath === ''
      ? ['DRIVER_HOST_SOCKET, the path of the socket on which the executor listens']
      : []),
    ...(dataDir === '' ? ['PROVISIONING_DATA_DIR, the folder where the local driver keeps its records'] : []),
  ];
  if (missing.length > 0) throw new Error(`Set ${missing.join(', and ')}.`);
  return {
    socketPath,
    dataDir,
    production: env['NODE_ENV'] === 'production',
    testDriver: env['PROVISIONING_TEST_DRIVER'] === '1',
  };
}
