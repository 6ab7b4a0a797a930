// Replaces the version before by this one and rolls back while work runs: npm run test:upgrade -- [--from COMMIT]
// The processes of the previous version continue on the schema of this one, and each task runs once. Without --from, the
// previous version is the last tag before this commit, or its parent.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { repository } from './lib/paths.mjs';
import { StepFailed, step } from './lib/step.mjs';

requireNode();
const git = (...args) => spawnSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
const lastTag = git('describe', '--tags', '--abbrev=0', 'HEAD~1').stdout.trim();
const { values } = parseArgs({ options: { from: { type: 'string', default: lastTag || 'HEAD~1' } } });
const found = git('rev-parse', '--verify', `${values.from}^{commit}`);
if (found.status !== 0) {
  console.error(
    `There is no commit ${values.from} in this checkout: fetch the history, or name another one with --from.`,
  );
  process.exit(2);
}
const commit = found.stdout.trim();
const folder = mkdtempSync(join(tmpdir(), 'provisioning-upgrade-'));
chmodSync(folder, 0o711);
const before = join(folder, 'before');
try {
  await install();
  await build();
  await step(`Checking out ${commit.slice(0, 12)}`, [
    'git',
    ...['-C', repository, 'worktree', 'add', '--detach', before, commit],
  ]);
  // The old version's own scripts, for its own folders.
  const script = ['./scripts/lib/install.mjs', './scripts/lib/build.mjs'];
  const code = `import { install } from '${script[0]}'; import { build } from '${script[1]}'; await install(); await build();`;
  await step('Building it', [process.execPath, '--input-type=module', '--eval', code], { cwd: before });
  process.env['UPGRADE_FROM'] = before;
  const { passed, failed } = await runJest(['--selectProjects', 'upgrade']);
  console.log(`\nFrom ${commit.slice(0, 12)}: ${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.exitCode = 1;
} finally {
  git('worktree', 'remove', '--force', before);
  rmSync(folder, { recursive: true, force: true });
}
