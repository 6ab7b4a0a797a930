import { build, buildBench } from './build.mjs';
import { install } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { StepFailed } from './step.mjs';

/**
 * Installs and builds what is missing, for a script that then imports what was built. When a step fails, which has
 * printed its reason, the process ends with status 1.
 * @param bench whether the benchmarks are needed as well
 * @param quick whether to build without checking types, where nothing is built
 */
export async function prepare({ bench = false, quick = false } = {}) {
  requireNode();
  try {
    await install({ bench });
    await build({ quick });
    if (bench) await buildBench();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.exit(1);
  }
}
