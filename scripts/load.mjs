// The load test (docs/how-to/load-test.md): npm run test:load -- [--seconds N] [--clients N] [--url … --control-center …]
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { StepFailed } from './lib/step.mjs';

requireNode();
try {
  await install();
  await build();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exit(1);
}
const { main } = await import('../packages/load-test/dist/main.js');
process.exitCode = await main(process.argv.slice(2), process.env);
// A channel to whoever started it keeps a process alive.
process.disconnect?.();
