import { DriverError } from '../driver.js';
import type { Environment, Variable } from '../plugin.js';
import { serversAtOnceFrom, serversAtOnceVariable } from '../servers-at-once.js';

const AT_ONCE = 'UPCLOUD_SERVERS_AT_ONCE';

/** The address and the credentials of UpCloud's API. */
export interface UpcloudConfig {
  /** The value of the header `Authorization`; never printed. */
  authorization: string;
  /** With the version, without a slash at the end. */
  baseUrl: string;
  /** Title of the template for servers that name no image. */
  defaultTemplate: string | null;
  /** The interval between two polls, in milliseconds; null for the default. */
  pollMs: number | null;
  /** How many servers of one operation are changed concurrently. */
  serversAtOnce: number;
}

/** The environment variables of the upcloud driver. */
export const UPCLOUD_VARIABLES: readonly Variable[] = [
  { name: 'UPCLOUD_TOKEN', secret: true, description: 'An API token of the UpCloud account (ucat_…).' },
  { name: 'UPCLOUD_USERNAME', secret: false, description: 'Instead of a token: an account with API access.' },
  { name: 'UPCLOUD_PASSWORD', secret: true, description: 'Its password.' },
  {
    name: 'UPCLOUD_DEFAULT_TEMPLATE',
    secret: false,
    description: 'Title of the template for servers without an image; default: the newest Debian of UpCloud.',
  },
  {
    name: 'UPCLOUD_POLL_SECONDS',
    secret: false,
    description: 'Seconds between two polls of a server that starts or stops; default: 5.',
  },
  serversAtOnceVariable(AT_ONCE),
  {
    name: 'UPCLOUD_DEBUG_API_BASE_URL',
    secret: false,
    description: "The address of UpCloud's API, for tests; default: https://api.upcloud.com.",
  },
];

const BASE_URL = 'https://api.upcloud.com';
const VERSION = '1.3';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** @throws DriverError that names the variable, never its value */
export function upcloudConfigFrom(env: Environment): UpcloudConfig {
  return {
    authorization: authorization(env),
    baseUrl: baseUrl(env['UPCLOUD_DEBUG_API_BASE_URL'] || BASE_URL),
    defaultTemplate: env['UPCLOUD_DEFAULT_TEMPLATE'] || null,
    pollMs: pollMs(env['UPCLOUD_POLL_SECONDS']),
    serversAtOnce: serversAtOnceFrom(env, AT_ONCE),
  };
}

function pollMs(text: string | undefined): number | null {
  if (!text) return null;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 60) return seconds * 1000;
  throw wrong('UPCLOUD_POLL_SECONDS must be a number of seconds above 0 and at most 60');
}

function authorization(env: Environment): string {
  const token = env['UPCLOUD_TOKEN'];
  const user = env['UPCLOUD_USERNAME'];
  const password = env['UPCLOUD_PASSWORD'];
  if (token && (user || password)) {
    throw wrong('Both UPCLOUD_TOKEN and UPCLOUD_USERNAME or UPCLOUD_PASSWORD are set: keep only one of them');
  }
  if (token) {
    // A value with control characters would appear in the error message of an invalid header.
    if (!/^[\x21-\x7e]+$/.test(token))
      throw wrong('UPCLOUD_TOKEN must be printable ASCII without spaces or line breaks');
    return `Bearer ${token}`;
  }
  if (!user || !password) throw wrong('Set UPCLOUD_TOKEN, or UPCLOUD_USERNAME and UPCLOUD_PASSWORD');
  if (user.includes(':')) throw wrong('UPCLOUD_USERNAME must not contain a colon');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function baseUrl(text: string): string {
  const name = 'UPCLOUD_DEBUG_API_BASE_URL';
  if (!URL.canParse(text)) throw wrong(`${name} must be a URL, like ${BASE_URL}`);
  const { protocol, hostname, username, password, origin, pathname, search, hash } = new URL(text);
  if (username || password || search || hash) throw wrong(`${name} must contain only a host and a path`);
  const safe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
  if (!safe) throw wrong(`${name} must start with https://, since credentials are sent to it`);
  const path = pathname.replace(/\/+$/, '');
  return `${origin}${path.endsWith(`/${VERSION}`) ? path : `${path}/${VERSION}`}`;
}

function wrong(what: string): DriverError {
  return new DriverError(`UpCloud is not configured correctly. ${what}.`, { permanent: true });
}
