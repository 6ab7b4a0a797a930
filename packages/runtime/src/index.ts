export { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aes-gcm.js';
export { BatchWriter } from './batch-writer.js';
export {
  commonConfig,
  commonVariables,
  databaseVariables,
  readCommonConfig,
  type CommonConfig,
  type CommonValues,
} from './common-variables.js';
export {
  bool,
  configurationFailure,
  integer,
  listOf,
  oneOf,
  port,
  readConfigTable,
  readEnvironment,
  secretText,
  str,
  urlOf,
} from './environment.js';
export { databaseChecks } from './database-checks.js';
export { generatedSecret } from './generated-secret.js';
export { hashedId } from './hashed-id.js';
export { withFiles } from './variable-files.js';
export { startHttpServer, type HttpServer } from './http-server.js';
export { jobMetrics } from './job-metrics.js';
export { JobRunner, type PeriodicJob } from './job-runner.js';
export { internalSocketPath } from './local-socket.js';
export { createLogger, silentLogger, type Logger, type LoggerOptions } from './logger.js';
export { createRegistry, poolMetrics, redisMetrics, type PoolState } from './metrics.js';
export {
  checkMinimum,
  migrate,
  requireAtLeast,
  runMigrations,
  type AfterMigrations,
  type SchemaSources,
} from './migrations.js';
export { containing, literal } from './like.js';
export { newestFirst, oldestFirst } from './page.js';
export {
  createPostgres,
  isPostgresAway,
  poolStateOf,
  postgresAway,
  postgresFailureAtStart,
  prepareStatement,
  type PostgresOptions,
} from './postgres.js';
export { Patience } from './patience.js';
export { NotReady, probeRouter, type ProbeOptions, type ReadinessChecks } from './probes.js';
export { programVersion } from './program-version.js';
export { RENAMED_VARIABLES } from './renamed-variables.js';
export { Resources, runProcess, runToEnd, type RunningProcess } from './process.js';
export { mayHoldSecrets, redact, redactText } from './redact.js';
export { createRedis, redisFault } from './redis.js';
export { countOf, preparedRowsOf, rowsOf, violatedConstraint } from './rows.js';
export {
  currentContext,
  runInContext,
  traceFrom,
  traceparentOf,
  withOwnPatience,
  type RequestContext,
} from './request-context.js';
export { tableSizesReader, type TableSize } from './table-sizes.js';
export { machineLoadMeter, type MachineLoad } from './machine-load.js';
export { inSlices } from './in-slices.js';
export { nextTurn } from './next-turn.js';
export { within } from './within.js';
