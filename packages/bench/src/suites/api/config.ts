/** The settings that the bare server shares with the platform. */
export function readBareServerConfig(env: NodeJS.ProcessEnv = process.env) {
  const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '', JWT_SECRET: jwtSecret = '' } = env;
  return { databaseUrl, redisUrl, jwtSecret };
}
