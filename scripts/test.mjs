// Installs and builds what is missing, then runs every test. Arguments go to Jest: `npm test -- -t pagination`.
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { npm } from './lib/npm.mjs';
import { hasPythonRequests, onPath } from './lib/programs.mjs';
import { StepFailed, step } from './lib/step.mjs';

requireNode();
const inCi = process.env.CI === 'true';
const total = { passed: 0, failed: 0, skipped: 0 };

/** What some tests need of the machine. */
const needs = [
  {
    what: 'Redis (redis-server or valkey-server on PATH, or TEST_REDIS_URL)',
    tests: 'every test that needs Redis',
    there: Boolean(process.env.TEST_REDIS_URL) || onPath('redis-server', 'valkey-server') !== undefined,
  },
  {
    what: 'Chromium (chromium, chromium-browser or google-chrome on PATH)',
    tests: 'the tests of the pages at /docs in a browser',
    there: onPath('chromium', 'chromium-browser', 'google-chrome') !== undefined,
  },
  {
    what: 'Python with requests (Debian: python3-requests)',
    tests: 'the tests of the Python client',
    there: hasPythonRequests(),
  },
  {
    what: 'promtool on PATH (the Debian package prometheus)',
    tests: 'the checks of the metrics and the alert rules with Prometheus’ own linter',
    there: onPath('promtool') !== undefined,
  },
];
const missing = needs.filter(({ there }) => !there);

try {
  await install();
  await build();
  if (inCi) {
    await counted('Types of the tests', ['exec', '--', 'tsc', '-p', 'tsconfig.test.json']);
    await counted('Lint', ['run', 'lint']);
  }
  const counts = await runJest(process.argv.slice(2));
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  total.failed += 1;
}

for (const { what, tests } of missing) {
  if (inCi) total.failed += 1;
  console.log(`\n*** ${inCi ? 'FAILED' : 'SKIPPED'}: ${tests}. This machine has no ${what}. ***`);
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function counted(label, args) {
  try {
    await step(label, npm(...args));
    total.passed += 1;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    total.failed += 1;
  }
}
