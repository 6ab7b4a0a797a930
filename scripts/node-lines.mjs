// Runs the platform on other lines of Node.js than the one at hand: `node scripts/node-lines.mjs 22 24 26`. For each:
//   1. `npm run demo -- --exit`: everything starts, the sample batch is completed, everything stops
//   2. the unit and the integration tests
// The installed packages and the build are the same for all lines: native parts are of N-API, which no line changes.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { requireNode } from './lib/node-version.mjs';
import { npm } from './lib/npm.mjs';
import { repository } from './lib/paths.mjs';
import { StepFailed, step } from './lib/step.mjs';

const LINES = ['20', '22', '24', '26'];
/** `--lean` leaves out the second part. */
const lean = process.argv.includes('--lean');
const wanted = process.argv.slice(2).filter((word) => word !== '--lean');

const unknown = wanted.filter((line) => !LINES.includes(line));
if (unknown.length > 0) {
  console.error(`Lines must be among ${LINES.join(', ')}, and ${unknown.join(', ')} is not.`);
  process.exit(2);
}

requireNode();
const folder = mkdtempSync(join(tmpdir(), 'provisioning-node-lines-'));
// For root: Postgres and the commands, which are other users, have their files in here too.
chmodSync(folder, 0o711);
try {
  await install();
  await build();
  for (const line of wanted.length > 0 ? wanted : LINES) await tryLine(line);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function tryLine(line) {
  const home = join(folder, line);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  await step(`Fetching Node.js ${line}`, npm('install', '--prefix', home, '--no-save', `${name}@${line}`));
  const node = join(home, 'node_modules', name, 'bin/node');
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();

  const dataDir = join(home, 'data');
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, NODE_OPTIONS: '' };
  const platform = { ORCHESTRATOR_PORT: '0', CONTROL_CENTER_PORT: '0', PROVISIONING_DATA_DIR: dataDir };
  await step(`${version}: npm run demo -- --exit`, [node, ...scriptOf(node, 'demo'), '--exit'], {
    env: { ...env, ...platform },
  });
  if (lean) return;
  const jest = [
    ...['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'],
    join(repository, 'node_modules/jest/bin/jest.js'),
  ];
  for (const project of ['unit', 'integration'])
    await step(`${version}: ${project} tests`, [node, ...jest, '--selectProjects', project], { env });
}

/** npm run by this very Node.js, which its scripts then find first on PATH. */
function scriptOf(node, script) {
  const running = process.env.npm_execpath ?? '';
  const besides = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  const cli = [running, besides].find((path) => path.endsWith('npm-cli.js') && existsSync(path));
  // Without npm's own script: what `npm run` would start.
  return cli === undefined ? [join(repository, 'scripts/start.mjs'), '--demo'] : [cli, 'run', script, '--'];
}
