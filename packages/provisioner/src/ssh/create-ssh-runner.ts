import type { SshConfig } from './ssh-config.js';
import type { SshRunner } from './ssh-runner.js';

/** Loads what speaks SSH. @throws DriverError if the private key cannot be used */
export async function createSshRunner(config: SshConfig): Promise<SshRunner> {
  const { Connections } = await import('./connections.js');
  return Connections.open(config);
}
