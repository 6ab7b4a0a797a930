import { DriverError } from '../driver.js';
import type { Environment, Variable } from '../plugin.js';
import { serversAtOnceFrom, serversAtOnceVariable } from '../servers-at-once.js';

/** The endpoints and the credentials for AWS. */
export interface AwsConfig {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** The regions in which servers may be, that of `AWS_REGION` first. */
  regions: readonly [home: string, ...others: string[]];
  /** Null if AWS's own endpoints are used. */
  endpoints: { ec2: string | null; ssm: string | null; quotas: string | null };
  subnetId: string | null;
  securityGroupIds: readonly string[];
  /** For servers without an image. */
  defaultImage: string | null;
  /** The user that logs in to servers; null if it depends on the image. */
  loginUser: string | null;
  /** How many servers of one operation are changed concurrently. */
  serversAtOnce: number;
}

const LOGIN_USER = 'AWS_LOGIN_USER';
const AT_ONCE = 'AWS_SERVERS_AT_ONCE';
const QUOTAS_URL = 'AWS_ENDPOINT_URL_SERVICE_QUOTAS';

/** The environment variables of the aws driver. */
export const AWS_VARIABLES: readonly Variable[] = [
  { name: 'AWS_ACCESS_KEY_ID', secret: false, description: 'The access key for AWS.' },
  { name: 'AWS_SECRET_ACCESS_KEY', secret: true, description: 'Its secret.' },
  { name: 'AWS_SESSION_TOKEN', secret: true, description: 'The token of a temporary access key.' },
  { name: 'AWS_REGION', secret: false, description: 'The region of the servers, e.g. eu-central-1.' },
  {
    name: 'AWS_REGIONS',
    secret: false,
    description: 'Further regions with servers, separated by commas. Servers in other regions are not found.',
  },
  {
    name: 'AWS_SUBNET_ID',
    secret: false,
    description: 'The subnet for new servers, in AWS_REGION; default: that of the default VPC.',
  },
  {
    name: 'AWS_SECURITY_GROUP_IDS',
    secret: false,
    description:
      'Security groups of new servers, in AWS_REGION, separated by commas; default: that of the VPC.',
  },
  {
    name: 'AWS_DEFAULT_IMAGE',
    secret: false,
    description: 'The image of servers without an image; default: the newest Debian 12.',
  },
  {
    name: LOGIN_USER,
    secret: false,
    description:
      'The user that logs in to servers at AWS. Default: the user of the image, e.g. admin for Debian.',
  },
  serversAtOnceVariable(AT_ONCE),
  {
    name: 'AWS_ENDPOINT_URL',
    secret: false,
    description: "The address of the APIs, for tests and private endpoints; default: AWS's own.",
  },
  { name: 'AWS_ENDPOINT_URL_EC2', secret: false, description: 'The same for EC2 alone.' },
  { name: 'AWS_ENDPOINT_URL_SSM', secret: false, description: 'The same for SSM alone.' },
  { name: QUOTAS_URL, secret: false, description: 'The same for Service Quotas alone.' },
];

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** @throws DriverError that names the variable, never the value of a secret */
export function awsConfigFrom(env: Environment): AwsConfig {
  const sessionToken = env['AWS_SESSION_TOKEN'];
  const [home, ...others] = [env['AWS_REGION'] ?? '', ...listed(env, 'AWS_REGIONS')];
  for (const region of [home, ...others]) {
    if (!REGION.test(region)) {
      throw wrong(
        `AWS_REGION and AWS_REGIONS must be names of regions, like eu-central-1, got ${JSON.stringify(region)}`,
      );
    }
  }
  const all = env['AWS_ENDPOINT_URL'] || null;
  return {
    credentials: {
      accessKeyId: printable(env, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: printable(env, 'AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken ? { sessionToken: printable(env, 'AWS_SESSION_TOKEN') } : {}),
    },
    regions: [home, ...new Set(others.filter((region) => region !== home))],
    endpoints: {
      ec2: endpoint('AWS_ENDPOINT_URL_EC2', env['AWS_ENDPOINT_URL_EC2'] || all),
      ssm: endpoint('AWS_ENDPOINT_URL_SSM', env['AWS_ENDPOINT_URL_SSM'] || all),
      quotas: endpoint(QUOTAS_URL, env[QUOTAS_URL] || all),
    },
    subnetId: env['AWS_SUBNET_ID'] || null,
    securityGroupIds: listed(env, 'AWS_SECURITY_GROUP_IDS'),
    defaultImage: env['AWS_DEFAULT_IMAGE'] || null,
    loginUser: loginUser(env[LOGIN_USER] || null),
    serversAtOnce: serversAtOnceFrom(env, AT_ONCE),
  };
}

/** The pinned version of the SDK supports this Node. Its warnings about later versions are of no use to operators. */
export function withoutVersionWarning<T>(make: () => T): T {
  const before = process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'];
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'];
    else process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = before;
  }
}

function listed(env: Environment, name: string): string[] {
  return (env[name] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** A value with control characters would appear in the error message of an invalid header. */
function printable(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw wrong(`Set ${name}`);
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw wrong(`${name} must be printable ASCII without spaces or line breaks`);
}

function endpoint(name: string, text: string | null): string | null {
  if (text === null) return null;
  if (!URL.canParse(text)) throw wrong(`${name} or AWS_ENDPOINT_URL must be a URL`);
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username || password || search || hash) throw wrong(`${name} must contain only a host and a path`);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return text;
  throw wrong(`${name} must start with https://, since signed requests are sent to it`);
}

function loginUser(user: string | null): string | null {
  if (user === null || /^[a-z_][a-z0-9_-]{0,31}$/i.test(user)) return user;
  throw wrong(`${LOGIN_USER} must be a user name, e.g. admin, got ${JSON.stringify(user)}`);
}

function wrong(what: string): DriverError {
  return new DriverError(`AWS is not configured correctly. ${what}.`, { permanent: true });
}
