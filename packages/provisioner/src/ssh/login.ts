import ssh2, { type ParsedKey } from 'ssh2';
import { DriverError } from '../drivers/driver.js';
import { fingerprint, written } from './fingerprint.js';
import type { SshConfig } from './ssh-config.js';
import { shown, type SshTarget } from './ssh-target.js';

/** A configuration with a valid private key. */
export interface Login extends SshConfig {
  key: ParsedKey;
}

/** @throws DriverError if the private key is not valid */
export function loginOf(config: SshConfig): Login {
  const parsed = ssh2.utils.parseKey(config.privateKey, config.passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key && !(key instanceof Error) && key.isPrivateKey()) return { ...config, key };
  const reason = key instanceof Error ? keyFault(key) : 'that is a public key';
  throw new DriverError(
    `The private key for SSH cannot be used: ${reason}. PROVISIONING_SSH_KEY_FILE must be a file with a private key, ` +
      'and PROVISIONING_SSH_KEY_PASSPHRASE its passphrase, if it has one.',
    { permanent: true },
  );
}

/** The library's messages are for programmers. */
function keyFault({ message }: Error): string {
  if (/no passphrase/i.test(message)) return 'it is encrypted, and there is no passphrase';
  if (/passphrase|integrity check/i.test(message)) return 'the passphrase is wrong';
  return 'its format is not supported';
}

/** The user that logs in to a server. */
export function userOf(target: SshTarget, { user }: Login): string {
  return target.user ?? user;
}

/** Why a login was permanently refused, if it was. */
export function loginRefused(error: unknown, target: SshTarget, login: Login): DriverError | undefined {
  // Safe cast: ssh2 fails with such errors.
  const { level, message = '' } = error as { level?: string; message?: string };
  const user = userOf(target, login);
  const host = shown(target);
  if (level === 'client-authentication') {
    const key = login.key.getPublicSSH();
    return new DriverError(
      `${host} rejects the login of ${user} with the key ${fingerprint(key)}. Add this line to ` +
        `${user === 'root' ? '/root' : `~${user}`}/.ssh/authorized_keys on the host, or use another user or key: ${written(key)}`,
      { permanent: true, cause: error },
    );
  }
  if (level === 'handshake' && message.includes('no matching')) {
    const [, what = 'way of encryption'] = /no matching (.+)$/.exec(message) ?? [];
    return new DriverError(`${host} and this program have no ${what} in common. Update its SSH server.`, {
      permanent: true,
      cause: error,
    });
  }
  return undefined;
}
