import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './paths.mjs';

const END_WITH_PARENT = join(repository, 'packages/test-kit/jest/end-with-parent.mjs');

/** Runs all tests (or those that `args` choose) and counts them. */
export async function runJest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'provisioning-results-'));
  const resultFile = join(folder, 'result.json');
  // A run of npm that is killed ends this process, which ends Jest, which ends its workers and servers.
  if (process.env.npm_lifecycle_event) await import(pathToFileURL(END_WITH_PARENT).href);
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    `--import=${pathToFileURL(END_WITH_PARENT).href}`,
  ];
  const jest = join(repository, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [...flags, jest, '--json', `--outputFile=${resultFile}`, ...args], {
    cwd: repository,
    // Jest's report for people goes to the error stream; the other one carries the JSON, which is in the file as well.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // The terminal sends a Ctrl-C to Jest as well, which then ends its workers and servers; this process waits for that.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const counts = countsOf(resultFile);
  rmSync(folder, { recursive: true, force: true });
  // A run that broke before it could count anything has failed all the same.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function countsOf(file) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
