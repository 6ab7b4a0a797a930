import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const REPOSITORY = join(import.meta.dirname, '..');
const UNITS = join(REPOSITORY, 'deploy/systemd');
const services = readdirSync(UNITS).filter((name) => name.endsWith('.service'));
const textOf = (unit: string) => readFileSync(join(UNITS, unit), 'utf8');

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd)
  process.stderr.write('\nTHE TESTS OF THE SYSTEMD UNITS ARE SKIPPED: systemd-analyze is not installed.\n\n');

(hasSystemd ? describe : describe.skip)('the systemd units', () => {
  let folder: string;
  /** A template is checked as the instance 0. */
  const checked = (unit: string) => join(folder, unit.replace('@.', '@0.'));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'provisioning-units-'));
    // systemd-analyze looks whether the program exists.
    for (const unit of readdirSync(UNITS))
      writeFileSync(checked(unit), textOf(unit).replaceAll('/usr/bin/node', process.execPath));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(readdirSync(UNITS))('%s is accepted by systemd', (unit) => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', checked(unit)], {
      encoding: 'utf8',
    });
    // systemd reports what it ignores, such as a misspelt name, with status 0.
    expect(stderr.split('\n').filter((line) => line.includes(folder))).toEqual([]);
    expect(status).toBe(0);
  });

  it.each(services)('%s exposes little to its process', (unit) => {
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', checked(unit)],
      { encoding: 'utf8' },
    );
    expect({ status, exposure: status === 0 ? '' : stdout }).toEqual({ status: 0, exposure: '' });
  });
});

describe.each(services)('%s', (unit) => {
  const text = textOf(unit);

  it('starts programs of the build, and sets variables that exist', () => {
    const programs = [...text.matchAll(/^ExecStart=\/usr\/bin\/node \/opt\/provisioning\/(\S+)$/gm)].map(
      ([, path = '']) => path.replace('/dist/', '/').replace(/\.js$/, '.ts'),
    );
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
    const documented = readFileSync(join(REPOSITORY, '.env.example'), 'utf8');
    const names = [...text.matchAll(/(?:^Environment=| )([A-Z][A-Z_]+?)(?:_FILE)?=/gm)].map(
      ([, name = '']) => name,
    );
    expect(names.filter((name) => !documented.includes(`\n#${name}=`))).toEqual([]);
  });

  it('reads every credential from the file that systemd loads', () => {
    const loaded = [...text.matchAll(/^LoadCredential=(\w+):\/etc\/provisioning\/credentials\/\1$/gm)];
    const read = [...text.matchAll(/^Environment=(\w+)_FILE=%d\/\1$/gm)];
    expect(read.map(([, name]) => name)).toEqual(loaded.map(([, name]) => name));
    expect(loaded.length).toBeGreaterThan(0);
  });
});

it('a worker has 15 seconds more than its commands until it is killed', () => {
  const text = textOf('provisioning-worker@.service');
  const drain = Number(/DRAIN_SECONDS=(\d+)/.exec(text)?.[1]);
  expect(text).toContain(`\nTimeoutStopSec=${drain + 15}\n`);
  expect(text).toContain('\nKillMode=mixed\n');
});
