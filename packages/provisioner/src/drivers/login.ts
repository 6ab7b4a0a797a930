import { written } from '../ssh/fingerprint.js';
import { createSshRunner, type SshConfig, type SshRunner } from '../ssh/index.js';
import { loginOf } from '../ssh/login.js';

/** How a driver logs in to the servers that it makes. */
export interface Login {
  /** A line of `authorized_keys`. */
  publicKey: string;
  runner: Pick<SshRunner, 'run'>;
}

/** A new server accepts logins only after a while. */
const CONNECT_SECONDS = 60;

/** @throws DriverError if the private key is not valid */
export async function openLogin(ssh: SshConfig): Promise<Login> {
  return {
    publicKey: written(loginOf(ssh).key.getPublicSSH()),
    runner: await createSshRunner({ ...ssh, connectTimeoutSeconds: CONNECT_SECONDS }),
  };
}
