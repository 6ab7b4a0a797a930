// Measures the platform beside the bare operations that it is made of:
//   npm run bench -- [suite …] [--rounds N] [--out FOLDER]
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { repository } from './lib/paths.mjs';
import { StepFailed } from './lib/step.mjs';

requireNode();
try {
  await install();
  await build();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exit(1);
}
const { main } = await import('../packages/bench/dist/main.js');
process.exitCode = await main(process.argv.slice(2), join(repository, '.data', 'bench'));
