import { codeOf } from '@provisioning/errors';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DriverError } from '../drivers/driver.js';
import type { Environment, Variable } from '../drivers/plugin.js';

/** How drivers log in to servers. */
export interface SshConfig {
  /** The text of the private key. */
  privateKey: string;
  passphrase?: string;
  /** The user that logs in; any user but root becomes root with `sudo -n`. */
  user: string;
  knownHostsFile: string;
  /** Store the key of a host on the first login, and refuse any other key from then on. */
  learnHostKeys: boolean;
  /** The time limit for a connection, including failed attempts, in seconds; 15 by default. */
  connectTimeoutSeconds?: number;
}

const KEY_FILE = 'PROVISIONING_SSH_KEY_FILE';
const PASSPHRASE = 'PROVISIONING_SSH_KEY_PASSPHRASE';
const USER = 'PROVISIONING_SSH_USER';
const KNOWN_HOSTS = 'PROVISIONING_SSH_KNOWN_HOSTS';
const LEARN = 'PROVISIONING_SSH_LEARN_HOST_KEYS';

/** The variables for the login to servers, for every driver that logs in to servers. */
export const SSH_VARIABLES: readonly Variable[] = [
  { name: KEY_FILE, secret: false, description: 'File with the private key that logs in to servers.' },
  { name: PASSPHRASE, secret: true, description: 'The passphrase of that key, if it has one.' },
  {
    name: USER,
    secret: false,
    description: 'User that logs in to servers; default: root. Another user needs sudo without a password.',
  },
  {
    name: KNOWN_HOSTS,
    secret: false,
    description:
      'File with the host keys of servers, relative to the folder of the private key; default: ~/.ssh/known_hosts.',
  },
  {
    name: LEARN,
    secret: false,
    description: 'true: an unknown host key is accepted and stored. Default: false.',
  },
];

/** @returns undefined without a key file @throws DriverError if a variable has an invalid value */
export async function sshConfigFrom(env: Environment): Promise<SshConfig | undefined> {
  const keyFile = env[KEY_FILE];
  if (!keyFile) return undefined;
  const passphrase = env[PASSPHRASE];
  const known = env[KNOWN_HOSTS];
  return {
    privateKey: await readKey(keyFile),
    ...(passphrase ? { passphrase } : {}),
    user: userFrom(env[USER] || 'root'),
    knownHostsFile: known ? besides(keyFile, known) : join(homedir(), '.ssh/known_hosts'),
    learnHostKeys: flag(env[LEARN]),
  };
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    throw new DriverError(
      `The private key in ${KEY_FILE} cannot be read (${code}). Use a file that this user can read.`,
      { permanent: true },
    );
  }
}

function besides(keyFile: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(keyFile), path);
}

function userFrom(user: string): string {
  if (/^[A-Za-z_][A-Za-z0-9._-]{0,63}$/.test(user)) return user;
  throw new DriverError(`${USER} must be a user name, e.g. root, got ${JSON.stringify(user)}.`, {
    permanent: true,
  });
}

function flag(value: string | undefined): boolean {
  if (!value || value === 'false' || value === '0') return false;
  if (value === 'true' || value === '1') return true;
  throw new DriverError(`${LEARN} must be true or false, got ${JSON.stringify(value)}.`, { permanent: true });
}
