export { freePort } from './free-port.js';
export { cloneDatabase, templateName, type SchemaName, type TestDatabase } from './database.js';
export { describeWithRedis } from './describe-with-redis.js';
export { describeWithPromtool, promtool, samplesOf } from './promtool.js';
export { hasRedis, ownRedis, redisUrl, type OwnRedis } from './redis.js';
export { startRelay, type Relay } from './relay.js';
export { spawnNode, type NodeExit, type NodeProcess, type SpawnNodeOptions } from './spawn-node.js';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';
export { PATIENCE_MS, waitFor, type WaitOptions } from './wait-for.js';
