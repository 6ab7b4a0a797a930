import { accessSync, constants, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bool,
  commonConfig,
  commonVariables,
  configurationFailure,
  integer,
  internalSocketPath,
  port,
  readEnvironment,
  str,
  urlOf,
  type CommonConfig,
} from '@provisioning/runtime';
import { localSocketPath } from '@provisioning/runtime/local-socket';
import { CATALOG, missingFor } from '@provisioning/provisioner/catalog';
import {
  readBatchCommands,
  isDriverSecret,
  readDriverVariables,
  readSecrets,
  resolveBatchCommands,
  withDriverFiles,
} from './config-commands.js';
import { defaultStateFolder, mustPass, readCommandUser } from './config-command-user.js';
import { readWebhookConfig, type WebhookConfig } from './config-webhooks.js';
import type { AccessRules } from './domain/access/access-rules.js';
import { parseCrashAt, type CrashAt } from './execution/crash-points.js';
import type { CommandUser } from './execution/options.js';
import type { Capacity } from './domain/worker/capacity.js';
import type { RetentionPeriods } from './domain/worker/old-rows.js';
import { DEFAULT_TIMES, timesFault, type EngineTimes } from './domain/worker/engine-times.js';

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
const BUNDLED_COMMAND = join(REPOSITORY, 'packages/provisioner/bin/provisioning.js');

/** Resolved as a package: in an image it is among the dependencies of this service. */
const CONSOLE = join(
  dirname(createRequire(import.meta.url).resolve('@provisioning/console/package.json')),
  'dist/site',
);

/** The configuration of the process that serves the API. */
export interface ApiConfig extends CommonConfig {
  port: number;
  /** Where the control center serves users: `http://host:port`. */
  controlCenterUrl: string;
  /** The folder of the built web console. */
  consoleFolder: string;
  /** Where the control center serves internal routes: `http://host:port` or `unix:/path`. */
  controlCenterInternalUrl: string;
  webhooks: WebhookConfig;
  /** Seconds for which the last answer of the control center is valid. */
  accessRules: AccessRules;
  /** The folder of the infras and of `definitions`, which say what can be installed. */
  workspace: string;
  /** Shown as the `command` of tasks. */
  provisioningCommand: string;
  /** Names of the programs that operations of type `command_batch` may run. */
  batchCommands: ReadonlySet<string>;
  /** Whether the provider `noop` may be asked for, which does nothing: for tests and benchmarks. */
  testDriver: boolean;
  /** By provider that has a driver of its own: the variables that would configure it, as a phrase; null if it is. */
  providers: ReadonlyMap<string, string | null>;
}

/** The configuration of a worker. */
export interface WorkerConfig extends CommonConfig {
  port: number;
  slot: number;
  /** The most tasks that run at once. */
  limits: Capacity;
  drainSeconds: number;
  workspace: string;
  provisioningCommand: string;
  /** Names and paths of the programs that operations of type `command_batch` may run. */
  batchCommands: Record<string, string>;
  driverHost: string[];
  /** Secret values that commands receive; they are masked in all output. */
  secrets: string[];
  periods: RetentionPeriods;
  /** Work that waited longer while no worker was alive is held; 0: none is. */
  staleWorkSeconds: number;
  /** Folder for the files of running commands, and the socket beside it. */
  stateDir: string;
  /** Folder for what they print, until it is in the database. */
  logDir: string;
  socketPath: string;
  times: EngineTimes;
  /** Where the first executor dies, in tests of what happens then; nothing else sets it. */
  crashAt: CrashAt | undefined;
  /** Who runs the programs of `command_batch` operations; undefined: the worker's own user. */
  commandUser: CommandUser | undefined;
  /** The whole environment of these programs: what a program needs, and none of our secrets. */
  commandEnvironment: Record<string, string>;
  /** The same for what acts at providers (the provisioning command, the driver host), with what configures their drivers. */
  providerEnvironment: Record<string, string>;
}

/** Reads the configuration of the API from the environment. @throws Failure `configuration` with every fault */
export function readApiConfig(environment: NodeJS.ProcessEnv = process.env): ApiConfig {
  const own = readEnvironment(environment, {
    ...commonVariables,
    ORCHESTRATOR_PORT: port({ default: 9090 }),
    CONTROL_CENTER_URL: urlOf('http:', 'https:')({ default: 'http://127.0.0.1:9080' }),
    CONTROL_CENTER_INTERNAL_URL: urlOf('http:', 'https:', 'unix:')({ default: undefined }),
    WEBHOOKS_ALLOW_PRIVATE: bool({ default: false }),
    REVOCATION_STALE_SECONDS: integer({ min: 5, max: 86_400 })({ default: 30 }),
    POLICY_STALE_SECONDS: integer({ min: 5, max: 86_400 })({ default: 900 }),
    PROVISIONING_WORKSPACE: workspaceVariable,
    PROVISIONING_COMMAND: str({ default: BUNDLED_COMMAND }),
    BATCH_COMMANDS: str({ default: undefined }),
    PROVISIONING_TEST_DRIVER: bool({ default: false }),
  });
  const common = commonConfig(own);
  const drivers = withDriverFiles(environment);
  return Object.freeze({
    ...common,
    port: own.ORCHESTRATOR_PORT,
    controlCenterUrl: own.CONTROL_CENTER_URL,
    consoleFolder: CONSOLE,
    controlCenterInternalUrl: own.CONTROL_CENTER_INTERNAL_URL ?? internalUrlBeside(own.CONTROL_CENTER_URL),
    webhooks: readWebhookConfig(environment, own.WEBHOOKS_ALLOW_PRIVATE),
    accessRules: {
      revocationsStale: own.REVOCATION_STALE_SECONDS,
      policiesStale: own.POLICY_STALE_SECONDS,
    },
    workspace: resolve(own.PROVISIONING_WORKSPACE),
    provisioningCommand: own.PROVISIONING_COMMAND,
    testDriver: own.PROVISIONING_TEST_DRIVER && !common.production,
    providers: new Map(CATALOG.map((plugin) => [plugin.provider, missingFor(plugin, drivers)])),
    batchCommands: new Set(readBatchCommands(own.BATCH_COMMANDS, common.production).keys()),
  });
}

const workspaceVariable = str({ default: join(REPOSITORY, 'workspace') });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A control center of this machine serves internal routes on a socket that is named after its public port. */
function internalUrlBeside(controlCenterUrl: string): string {
  const { hostname, port: given, protocol } = new URL(controlCenterUrl);
  if (LOOPBACK.has(hostname))
    return `unix:${internalSocketPath(Number(given || (protocol === 'https:' ? 443 : 80)))}`;
  throw configurationFailure([
    {
      path: 'CONTROL_CENTER_INTERNAL_URL',
      message:
        `is required: the control center of CONTROL_CENTER_URL (${hostname}) is not reached by the local socket of this ` +
        'machine; it must be the address of its INTERNAL_PORT, such as http://control-center:9081',
    },
  ]);
}

const DEFAULT_COMMANDS = 16;
const DEFAULT_OPERATIONS = 128;

/**
 * WORKER_CONCURRENCY limits all tasks, and without it nothing does but the other two.
 * @returns the most tasks that run at once
 */
function limitsOf(
  total: number | undefined,
  commands: number | undefined,
  operations: number | undefined,
): Capacity {
  const limits = {
    commands: commands ?? total ?? DEFAULT_COMMANDS,
    operations: operations ?? total ?? DEFAULT_OPERATIONS,
  };
  return { ...limits, total: total ?? limits.commands + limits.operations };
}

const seconds = (fallback: number) => integer({ min: 1, max: 3600 })({ default: fallback });

/** @param exposed variables that commands of the worker's user can read: see `takeEnvironment` */
export function readWorkerConfig(
  exposed: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): WorkerConfig {
  const own = readEnvironment(environment, {
    ...commonVariables,
    WORKER_PORT: port({ default: 9091 }),
    WORKER_SLOT: integer({ min: 0, max: 10_000 })({ default: 0 }),
    WORKER_CONCURRENCY: integer({ min: 1, max: 1_000 })({ default: undefined }),
    WORKER_COMMANDS: integer({ min: 1, max: 1_000 })({ default: undefined }),
    WORKER_OPERATIONS: integer({ min: 1, max: 1_000 })({ default: undefined }),
    DRAIN_SECONDS: integer({ min: 0, max: 3600 })({ default: 3 }),
    PROVISIONING_WORKSPACE: workspaceVariable,
    PROVISIONING_STATE_DIR: str({ default: undefined }),
    LOG_DIR: str({ default: undefined }),
    PROVISIONING_COMMAND: str({ default: BUNDLED_COMMAND }),
    BATCH_COMMANDS: str({ default: undefined }),
    COMMAND_SECRETS: str({ default: undefined }),
    COMMAND_USER: str({ default: undefined }),
    PROVISIONING_TEST_DRIVER: bool({ default: false }),
    STALE_WORK_SECONDS: integer({ min: 0, max: 31_536_000 })({ default: 86_400 }),
    RETENTION_DAYS: integer({ min: 1, max: 36_500 })({ default: 30 }),
    WORK_RETENTION_DAYS: integer({ min: 0, max: 36_500 })({ default: 365 }),
    LEASE_SECONDS: seconds(DEFAULT_TIMES.lease),
    FENCE_SECONDS: seconds(DEFAULT_TIMES.fence),
    WATCHDOG_SECONDS: seconds(DEFAULT_TIMES.watchdog),
    HEARTBEAT_SECONDS: seconds(DEFAULT_TIMES.heartbeat),
    PROVISIONING_CRASH_AT: str({ default: undefined }),
  });
  const times: EngineTimes = {
    ...DEFAULT_TIMES,
    lease: own.LEASE_SECONDS,
    fence: own.FENCE_SECONDS,
    watchdog: own.WATCHDOG_SECONDS,
    heartbeat: own.HEARTBEAT_SECONDS,
  };
  const fault = timesFault(times);
  if (fault)
    throw configurationFailure([
      {
        path: 'LEASE_SECONDS, FENCE_SECONDS, WATCHDOG_SECONDS, HEARTBEAT_SECONDS',
        message: `do not fit together: ${fault}`,
      },
    ]);
  mustExecute(own.PROVISIONING_COMMAND);
  const common = commonConfig(own);

  const secrets = readSecrets(own.COMMAND_SECRETS, environment);
  const drivers = readDriverVariables(withDriverFiles(environment));
  const commandUser = readCommandUser(own.COMMAND_USER);
  if (commandUser === undefined) mustBeHidden(exposed);
  mustPass(commandUser, own.PROVISIONING_STATE_DIR);
  const workspace = resolve(own.PROVISIONING_WORKSPACE);
  // Workers on several machines may share one data directory; slots differ only on one machine, so each of these
  // machines keeps what its commands print in a folder of its own.
  const states = own.PROVISIONING_STATE_DIR ?? defaultStateFolder(common.dataDir, commandUser);
  const stateDir = join(resolve(states), `worker-${own.WORKER_SLOT}`);
  if (own.LOG_DIR !== undefined) mustBeWritable('LOG_DIR', own.LOG_DIR);
  const passed = commandEnvironment(environment, workspace, common);
  return Object.freeze({
    ...common,
    port: own.WORKER_PORT,
    slot: own.WORKER_SLOT,
    limits: limitsOf(own.WORKER_CONCURRENCY, own.WORKER_COMMANDS, own.WORKER_OPERATIONS),
    drainSeconds: own.DRAIN_SECONDS,
    workspace,
    provisioningCommand: own.PROVISIONING_COMMAND,
    batchCommands: resolveBatchCommands(
      readBatchCommands(own.BATCH_COMMANDS, common.production),
      environment,
    ),
    // A dependency like any other: in an image it stands elsewhere than in the repository.
    driverHost: [
      process.execPath,
      createRequire(import.meta.url).resolve('@provisioning/provisioner/driver-host'),
    ],
    secrets: [...Object.values(secrets), ...drivers.secrets],
    periods: { retentionDays: own.RETENTION_DAYS, workRetentionDays: own.WORK_RETENTION_DAYS },
    staleWorkSeconds: own.STALE_WORK_SECONDS,
    stateDir,
    logDir:
      own.LOG_DIR === undefined
        ? join(stateDir, 'logs')
        : join(resolve(own.LOG_DIR), `worker-${own.WORKER_SLOT}`),
    socketPath: socketPathOf(stateDir),
    times,
    crashAt:
      own.NODE_ENV === 'test' && own.PROVISIONING_CRASH_AT !== undefined
        ? parseCrashAt(own.PROVISIONING_CRASH_AT)
        : undefined,
    commandUser,
    commandEnvironment: { ...passed, ...secrets },
    providerEnvironment: {
      ...passed,
      PROVISIONING_DATA_DIR: common.dataDir,
      ...(own.PROVISIONING_TEST_DRIVER && !common.production ? { PROVISIONING_TEST_DRIVER: '1' } : {}),
      ...drivers.variables,
      ...secrets,
    },
  });
}

/** The names of the system's variables that a command may see; ours are added, everything else stays out. */
const PASSED_ON = [
  ...['PATH', 'LANG', 'LC_ALL', 'TZ', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'],
  // Which program evaluates settings is for the worker's operator to say.
  'PROVISIONING_NICKEL',
];

function commandEnvironment(
  environment: NodeJS.ProcessEnv,
  workspace: string,
  common: CommonConfig,
): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  return {
    ...Object.fromEntries(passed),
    // The bundled command is started by the same Node.js as we are, wherever that is.
    PATH: [dirname(process.execPath), environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
    PROVISIONING_WORKSPACE: workspace,
    ...(common.production ? { NODE_ENV: 'production' } : {}),
  };
}

/** The platform's own secrets among what a worker may be started with. */
const SECRETS = [
  ...['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'METRICS_TOKEN'],
  // Of the control center: workers do not need them, and may be started with them all the same.
  ...['PASSWORD_PEPPER', 'MFA_ENCRYPTION_KEY', 'ADMIN_PASSWORD', 'AUDIT_SIGNING_KEY'],
];

/** @throws Failure if commands could read a secret in the environment that this process was started with */
function mustBeHidden(exposed: readonly string[]): void {
  const readable = exposed.filter((name) => SECRETS.includes(name) || isDriverSecret(name));
  if (readable.length === 0) return;
  throw configurationFailure(
    readable.map((name) => ({
      path: name,
      message: `can be read by every command, because this system does not let a process erase it from /proc: set ${name}_FILE to the path of a file that holds it instead`,
    })),
  );
}

function socketPathOf(stateDir: string): string {
  return localSocketPath(createHash('sha256').update(stateDir).digest('hex').slice(0, 24));
}

/** @throws Failure if there is no such folder: another one in its place would be on another disk */
function mustBeWritable(path: string, folder: string): void {
  try {
    if (!statSync(folder).isDirectory()) throw new Error('a file');
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw configurationFailure([
      { path, message: `must be the path of a folder that this worker can write to, and ${folder} is not` },
    ]);
  }
}

function mustExecute(command: string): void {
  try {
    accessSync(command, constants.X_OK);
  } catch {
    throw configurationFailure([
      {
        path: 'PROVISIONING_COMMAND',
        message: `must be the path of a program that can be executed, and ${command} is not`,
      },
    ]);
  }
}
