import type { SshConfig } from './ssh-config.js';
import type { SshRunner } from './ssh-runner.js';

/** Loads the SSH library. @throws DriverError if the private key is not valid */
export async function createSshRunner(config: SshConfig): Promise<SshRunner> {
  const { Connections } = await import('./connections.js');
  return Connections.open(config);
}
