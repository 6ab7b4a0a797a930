import { availableParallelism } from 'node:os';

// One runner for the whole repository. `unit` needs nothing; `integration` and `e2e` get a real Postgres and a real
// Redis. `e2e` drives the built platform from outside, `chaos` does so in a storm of faults (docs/chaos.md), and `upgrade`
// while the version before is replaced by this one (scripts/upgrade.mjs).
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Tests run the sources, not what was built of them.
  moduleNameMapper: {
    '^@provisioning/provisioner/(plan|report|operations)$': '<rootDir>/packages/provisioner/src/$1/index.ts',
    '^@provisioning/provisioner/catalog$': '<rootDir>/packages/provisioner/src/catalog.ts',
    '^@provisioning/provisioner/host-protocol$': '<rootDir>/packages/provisioner/src/host/protocol.ts',
    '^@provisioning/input/documents$': '<rootDir>/packages/input/src/documents/index.ts',
    '^@provisioning/(contracts|runtime)/([a-z-]+)$': '<rootDir>/packages/$1/src/$2',
    '^@provisioning/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/.data', '/dist/'],
};

/** Needs a built checkout of the version before. */
const upgrade = {
  ...common,
  displayName: 'upgrade',
  testMatch: ['<rootDir>/tests/upgrade/**/*.test.ts'],
  globalSetup: '<rootDir>/packages/test-kit/jest/check-build.mjs',
  testEnvironment: '<rootDir>/packages/test-kit/jest/no-leaks.mjs',
};

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/packages/*/src/**/*.test.ts', '<rootDir>/services/*/src/**/*.test.ts'],
      testEnvironment: '<rootDir>/packages/test-kit/jest/no-leaks.mjs',
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/services/*/test/**/*.test.ts'],
      globalSetup: '<rootDir>/packages/test-kit/jest/global-setup.mjs',
      globalTeardown: '<rootDir>/packages/test-kit/jest/global-teardown.mjs',
      testEnvironment: '<rootDir>/packages/test-kit/jest/no-leaks.mjs',
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/tests/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/(chaos|upgrade)/'],
      globalSetup: '<rootDir>/packages/test-kit/jest/global-setup.mjs',
      globalTeardown: '<rootDir>/packages/test-kit/jest/global-teardown.mjs',
      testEnvironment: '<rootDir>/packages/test-kit/jest/no-leaks.mjs',
    },
    {
      ...common,
      displayName: 'chaos',
      testMatch: ['<rootDir>/tests/chaos/**/*.test.ts'],
      globalSetup: '<rootDir>/packages/test-kit/jest/check-build.mjs',
      testEnvironment: '<rootDir>/packages/test-kit/jest/no-leaks.mjs',
    },
    ...(process.env.UPGRADE_FROM ? [upgrade] : []),
  ],
  // Longer than any wait of the test-kit, which says what did not come. No test proves a speed by it.
  testTimeout: 10 * 60_000,
  // The longest files wait for processes and clocks more than half of their time: with few cores, more than two files for each.
  maxWorkers: Math.max(Math.min(5, 2 * availableParallelism() + 1), availableParallelism() - 1),
};
