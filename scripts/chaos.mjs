// A storm of faults on the real platform (docs/chaos.md):
//   npm run test:chaos -- [--minutes N] [--seed S] [--redis | --no-redis] [--control] [--write-report]
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { StepFailed } from './lib/step.mjs';

requireNode();
const options = readOptions();
for (const [name, value] of Object.entries(options)) if (value !== undefined) process.env[name] = value;
try {
  await install();
  await build();
  const { passed, failed, skipped } = await runJest(['--selectProjects', 'chaos']);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exitCode = 1;
}

/** The variables that tests/chaos/settings.ts reads. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        redis: { type: 'boolean' },
        control: { type: 'boolean', default: false },
        'write-report': { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    return {
      CHAOS_MINUTES: positive('minutes', values.minutes),
      CHAOS_SEED: positive('seed', values.seed),
      CHAOS_REDIS: values.redis === undefined ? undefined : values.redis ? 'yes' : 'no',
      // `npm test` has one of each dependency.
      CHAOS_STARTS: 'all',
      CHAOS_CONTROL_ONLY: values.control ? 'yes' : 'no',
      CHAOS_WRITE_REPORT: values['write-report'] ? 'yes' : 'no',
    };
  } catch (error) {
    console.error(
      `${error.message}\nUsage: npm run test:chaos -- [--minutes N] [--seed S] [--redis | --no-redis] [--control] [--write-report]`,
    );
    process.exit(2);
  }
}

function positive(name, text) {
  if (text !== undefined && !(Number(text) > 0))
    throw new Error(`--${name} takes a number above 0, not ${text}.`);
  return text;
}
