// Compiles everything that has changed, then the pages of the console. CI and the images build with it.
import { build } from './lib/build.mjs';
import { StepFailed } from './lib/step.mjs';

try {
  await build();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exit(1);
}
