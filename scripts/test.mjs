// Installs and builds what is missing, then runs the tests. Arguments go to Jest: `npm test -- -t pagination`.
//   --project unit|integration|e2e|chaos   runs the tests of one project of jest.config.mjs; unit tests need no build
import { build, COMPILER } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { npm } from './lib/npm.mjs';
import { hasPythonRequests, onPath } from './lib/programs.mjs';
import { StepFailed, step } from './lib/step.mjs';

const PROJECTS = ['unit', 'integration', 'e2e', 'chaos'];

requireNode();
const { project, args } = readArguments(process.argv.slice(2));
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
// The unit tests need none of them.
const missing = project === 'unit' ? [] : needs.filter(({ there }) => !there);

try {
  // Lint and types are checked of the benchmarks, too.
  await install({ bench: inCi });
  if (project !== 'unit') await build();
  let linted = Promise.resolve();
  if (inCi && project === undefined) {
    await counted('Types of the benchmarks', ['exec', '--', 'node', COMPILER, '-b', 'packages/bench']);
    await counted('Types of the tests', ['exec', '--', 'node', COMPILER, '-p', 'tsconfig.test.json']);
    // Most tests wait for processes more than they compute.
    linted = counted('Lint', ['run', 'lint'], { beside: true });
  }
  const counts = await runJest(args);
  await linted;
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

/**
 * Takes `--project NAME` from the front of the arguments. The choice goes behind the rest of them, because Jest takes
 * every word that follows `--selectProjects` for the name of a project.
 */
function readArguments([first, name, ...rest]) {
  if (first !== '--project') return { args: process.argv.slice(2) };
  if (PROJECTS.includes(name)) return { project: name, args: [...rest, '--selectProjects', name] };
  console.error(`--project must be one of ${PROJECTS.join(', ')}.`);
  process.exit(2);
}

async function counted(label, args, options) {
  try {
    await step(label, npm(...args), options);
    total.passed += 1;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    total.failed += 1;
  }
}
