import { written } from '../../ssh/fingerprint.js';
import { createSshRunner, type SshConfig } from '../../ssh/index.js';
import { loginOf } from '../../ssh/login.js';
import type { Login } from './upcloud-driver.js';

/** A server that has just started takes a while until it lets anybody in. */
const CONNECT_SECONDS = 60;

/** @throws DriverError if the private key cannot be used */
export async function openLogin(ssh: SshConfig): Promise<Login> {
  return {
    publicKey: written(loginOf(ssh).key.getPublicSSH()),
    runner: await createSshRunner({ ...ssh, connectTimeoutSeconds: CONNECT_SECONDS }),
  };
}
