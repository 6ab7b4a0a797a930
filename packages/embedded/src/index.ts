export { EmbeddedError } from './embedded-error.js';
export { freePort, type PortRange } from './free-port.js';
export { startPostgres, type PostgresOptions } from './postgres.js';
export { endRecorded, recordProcess, recordedProcess, type ProcessRecord } from './process-record.js';
export { redisProgram } from './redis-program.js';
export { startRedis, type RedisOptions } from './redis.js';
export type { Exit, Log, RunningServer, StopOptions } from './server-process.js';
