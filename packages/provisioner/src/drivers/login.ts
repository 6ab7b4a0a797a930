import { written } from '../ssh/fingerprint.js';
import { createSshRunner, type SshConfig, type SshRunner } from '../ssh/index.js';
import { loginOf } from '../ssh/login.js';

/** How servers that a driver makes are logged in to. */
export interface Login {
  /** As it stands in `authorized_keys`. */
  publicKey: string;
  runner: Pick<SshRunner, 'run'>;
}

/** A server that has just started takes a while until it lets anybody in. */
const CONNECT_SECONDS = 60;

/** @throws DriverError if the private key cannot be used */
export async function openLogin(ssh: SshConfig): Promise<Login> {
  return {
    publicKey: written(loginOf(ssh).key.getPublicSSH()),
    runner: await createSshRunner({ ...ssh, connectTimeoutSeconds: CONNECT_SECONDS }),
  };
}
