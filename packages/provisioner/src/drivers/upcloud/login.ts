import ssh2 from 'ssh2';
import { createSshRunner, type SshConfig } from '../../ssh/index.js';
import { DriverError } from '../driver.js';
import type { Login } from './upcloud-driver.js';

/** A server that has just started takes a while until it lets anybody in. */
const CONNECT_SECONDS = 60;

/** @throws DriverError if the private key cannot be used */
export async function openLogin(ssh: SshConfig): Promise<Login> {
  return {
    publicKey: publicKeyOf(ssh),
    runner: await createSshRunner({ ...ssh, connectTimeoutSeconds: CONNECT_SECONDS }),
  };
}

/** The line for `authorized_keys` that lets the private key in. */
export function publicKeyOf({
  privateKey,
  passphrase,
}: Pick<SshConfig, 'privateKey' | 'passphrase'>): string {
  const key = ssh2.utils.parseKey(privateKey, passphrase);
  if (!(key instanceof Error)) return `${key.type} ${key.getPublicSSH().toString('base64')} provisioning`;
  throw new DriverError(
    'The private key that PROVISIONING_SSH_KEY_FILE names cannot be understood: write one with ' +
      '"ssh-keygen -t ed25519", and set PROVISIONING_SSH_KEY_PASSPHRASE if it has a passphrase.',
    { permanent: true },
  );
}
