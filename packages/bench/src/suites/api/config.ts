/** Where the bare server finds what it shares with ours. */
export function readBareServerConfig(env: NodeJS.ProcessEnv = process.env) {
  const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '', JWT_SECRET: jwtSecret = '' } = env;
  return { databaseUrl, redisUrl, jwtSecret };
}
