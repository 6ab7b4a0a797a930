// From a bare checkout to a running platform: only Node and npm are needed. `--demo` runs the sample as well.
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
// Imported, not spawned: a signal for this process is then a signal for the supervisor.
const { main } = await import('../packages/launcher/dist/main.js');
await main(process.argv.slice(2));
