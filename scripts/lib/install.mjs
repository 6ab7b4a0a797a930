import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { repository } from './paths.mjs';
import { step } from './step.mjs';

const STAMP = join(repository, 'node_modules', '.installed-lockfile');

/** What only `npm run bench` needs: five other engines with all that they depend on. */
const BENCH = '@provisioning/bench';

/**
 * Installs what pnpm-lock.yaml says, unless that is what was installed last.
 * @param bench whether the benchmarks are to be installed as well
 */
export async function install({ bench = false } = {}) {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(repository, 'pnpm-lock.yaml')))
    .digest('hex');
  const everything = `${lockfile} with ${BENCH}`;
  const installed = read(STAMP);
  if (installed === everything || (installed === lockfile && !bench)) return;
  const { packageManager } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  await step(
    'Installing dependencies',
    npm(
      'exec',
      '--yes',
      '--',
      packageManager,
      'install',
      '--frozen-lockfile',
      '--config.confirmModulesPurge=false',
      ...(bench ? [] : [`--filter=!${BENCH}`]),
    ),
    {
      env: { ...process.env, ...homeIfNone() },
      advice: 'It needs the npm registry (a proxy goes into HTTPS_PROXY) and about 1 GB of disk.',
    },
  );
  writeFileSync(STAMP, bench ? everything : lockfile);
}

/** npm and pnpm keep caches at home; a service user may have none. */
function homeIfNone() {
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    const home = join(repository, '.data', 'home');
    mkdirSync(home, { recursive: true });
    return { HOME: home, npm_config_cache: join(home, '.npm') };
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
