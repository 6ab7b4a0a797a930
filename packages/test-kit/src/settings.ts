/** The values that the run's global set-up left in the environment for every test file. */
export function requiredSetting(name: 'TEST_DATABASE_URL' | 'TEST_REDIS_URL'): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    name === 'TEST_REDIS_URL'
      ? 'There is no Redis for this run: wrap the tests in describeWithRedis, and install redis-server to run them.'
      : `${name} is not set: tests that use a database belong into a package's test/ folder (project "integration").`,
  );
}
